"""A pipeline with one of everything that the page draws."""

from headrace import dsl
from headrace.dsl import (
    HTML,
    ClassificationMetrics,
    Dataset,
    Input,
    Markdown,
    Metrics,
    Model,
    Output,
)


@dsl.component
def load(rows: int, table: Output[Dataset]):
    table.metadata["rows"] = rows
    with open(table.path, "w") as file:
        file.write("city,delay,late\n")
        for row in range(rows):
            file.write(f"city {row % 7},{(row * 37) % 90 / 3:.2f},{'yes' if row % 3 else 'no'}\n")


@dsl.component
def fit(depth: int, table: Input[Dataset], pause: float, model: Output[Model]) -> float:
    import time

    model.framework = "made up"
    lines = sum(1 for _ in open(table.path))
    for epoch in range(40):
        colour = "\033[33mwarning\033[0m" if epoch % 9 == 4 else "\033[32mok\033[0m"
        print(
            f"{colour} epoch {epoch} of depth {depth}: loss {1 / (epoch + depth):.4f}", flush=True
        )
        time.sleep(pause)
    with open(model.path, "w") as file:
        file.write(f"depth {depth} over {lines} lines\n")
    return 1 - 1 / (depth + 2)


@dsl.component
def evaluate(
    accuracies: list,
    metrics: Output[Metrics],
    curve: Output[ClassificationMetrics],
    report: Output[Markdown],
    page: Output[HTML],
) -> float:
    best = max(accuracies)
    metrics.log_metric("accuracy", best)
    metrics.log_metric("models", len(accuracies))
    points = [step / 20 for step in range(21)]
    curve.log_roc_curve(points, [point**0.3 for point in points], points[::-1])
    curve.log_confusion_matrix(["late", "on time"], [[41, 9], [6, 88]])
    with open(report.path, "w") as file:
        file.write(
            "# Delays\n\nThe **best** model reaches `%.3f`.\n\n"
            "- not a link: [here](javascript:alert(1))\n- a tag: <script>alert(1)</script>\n\n"
            "| depth | accuracy |\n| --- | --- |\n| 3 | 0.80 |\n" % best
        )
    with open(page.path, "w") as file:
        file.write("<h1>Delays</h1><script>parent.document.title = 'broken out'</script>")
    return best


@dsl.component
def publish(accuracy: float):
    print(f"published at {accuracy}")


@dsl.component
def tidy():
    print("tidied up")


@dsl.pipeline(name="delays")
def delays(rows: int = 500, depths: list = [2, 3, 5], threshold: float = 0.5, pause: float = 0.01):
    """Predict delays of trains."""
    end = tidy()
    with dsl.ExitHandler(end):
        table = load(rows=rows)
        with dsl.ParallelFor(depths) as depth:
            model = fit(depth=depth, table=table.outputs["table"], pause=pause)
        result = evaluate(accuracies=dsl.Collected(model.outputs["Output"]))
        with dsl.If(result.outputs["Output"] > threshold, name="good-enough"):
            publish(accuracy=result.outputs["Output"])
