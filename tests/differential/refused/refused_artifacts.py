"""An artifact class that a wrong program imports under another name."""
from kfp.dsl import Artifact


class Thing(Artifact):
    schema_title = 'google.Thing'
    schema_version = '0.0.1'
