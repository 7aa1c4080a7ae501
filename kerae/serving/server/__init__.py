"""The parts of the development server, which answers TensorFlow Serving's REST API."""
