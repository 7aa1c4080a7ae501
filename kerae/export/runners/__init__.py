"""Programs that run an artefact without kerae or Keras, each in a process of its own."""
