"""What is done alike around the estimators of libraries."""
