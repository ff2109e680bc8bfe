"""Where data is: files here and in remote stores, and tables of databases."""
