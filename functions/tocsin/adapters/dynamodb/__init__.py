"""The one DynamoDB table: keys, items, and the ports that are kept in it."""
