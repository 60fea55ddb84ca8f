"""Starting, restarting, backing up, deploying and having a bad day."""
