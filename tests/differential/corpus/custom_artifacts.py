"""Artifact classes of a user's own package; imported by the corpus and by the components' source."""
from kfp.dsl import Artifact


class VertexEndpoint(Artifact):
    schema_title = 'google.VertexEndpoint'
    schema_version = '0.0.1'

    @property
    def resource_name(self):
        return self.metadata.get('resourceName', '')


class Table(Artifact):
    schema_title = 'google.BQTable'
    schema_version = '0.0.2'

    def __init__(self, name='', uri='', metadata=None):
        super().__init__(name=name, uri=uri, metadata=metadata or {})
