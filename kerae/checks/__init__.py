"""What is given by users, looked at before anything is computed."""
