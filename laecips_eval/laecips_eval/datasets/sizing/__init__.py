"""At which size f should see the pictures of a data set."""
