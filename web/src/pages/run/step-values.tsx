/** The inputs and outputs of a step. */
import { Link } from "@tanstack/react-router";
import type { Artifact, TaskRun, Values } from "@/api/types";
import { bytes } from "@/format/amounts";
import { visible } from "@/format/safety";
import { typeName } from "@/format/types";
import { text } from "@/text/en";
import { Fact, Facts, Section, Value } from "@/ui/texts";

const words = text.step;

export function StepValues({ task }: { task: TaskRun }) {
  return (
    <>
      <Section title={words.inputs}>
        <ValuesOf values={task.inputs} />
      </Section>
      <Section title={words.outputs}>
        <ValuesOf values={task.outputs} />
      </Section>
    </>
  );
}

function ValuesOf({ values }: { values: Values | null | undefined }) {
  const parameters = Object.entries(values?.parameters ?? {});
  const artifacts = Object.entries(values?.artifacts ?? {});
  if (parameters.length + artifacts.length === 0) {
    return <p className="text-muted">{words.nothing}</p>;
  }
  return (
    <Facts>
      {parameters.map(([name, value]) => (
        <Fact key={`p ${name}`} name={visible(name)}>
          <Value of={value} />
        </Fact>
      ))}
      {artifacts.map(([name, of]) => (
        <Fact key={`a ${name}`} name={visible(name)}>
          <ul className="flex flex-col gap-1">
            {of.map((one) => (
              <li key={one.id}>
                <ArtifactLink of={one} />
              </li>
            ))}
          </ul>
        </Fact>
      ))}
    </Facts>
  );
}

export function ArtifactLink({ of }: { of: Artifact }) {
  return (
    <Link
      to="/artifacts/$artifactId"
      params={{ artifactId: of.id }}
      className="inline-flex max-w-full flex-wrap items-baseline gap-x-2 hover:underline"
    >
      <span className="text-accent-ink">{visible(of.name)}</span>
      <span className="text-xs text-muted">
        {visible(typeName(of.schema_title))}
        {of.size ? `, ${bytes(of.size)}` : ""}
      </span>
    </Link>
  );
}
