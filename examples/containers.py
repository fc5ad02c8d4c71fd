"""A step that is a command in an image; podman or docker runs it.

headrace run examples/containers.py -p text="one two three"
"""

from kfp import dsl


@dsl.container_component
def count_words(text: str, count: dsl.OutputPath(int)):
    """Counts the words of a text with the tools of the image."""
    return dsl.ContainerSpec(
        image="alpine:3.20",
        command=["sh", "-ec", 'mkdir -p "$(dirname "$1")"; echo "$0" | wc -w | tr -d " " > "$1"'],
        args=[text, count],
    )


@dsl.pipeline(name="containers", description="Runs a command in an image.")
def containers(text: str = "to be or not to be") -> int:
    """Counts words.

    Args:
        text: Words with blanks between them.
    """
    return count_words(text=text).outputs["count"]
