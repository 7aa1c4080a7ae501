"""Programs that run an artifact without kerae or Keras, each in a process of its own."""
