/** What is said of a recurring run in its form, beside what it runs and when. */
import { useQuery } from "@tanstack/react-query";
import { experiments } from "@/api/queries";
import { visible } from "@/format/safety";
import { useNamespace } from "@/shell/namespace";
import { text } from "@/text/en";
import { placeText } from "@/text/en-places";
import { CheckField, ChoiceField, TextField } from "@/ui/fields";

const words = placeText.recurring;

export interface About {
  name: string;
  description: string;
  experiment: string;
  concurrency: string;
  catchup: boolean;
}

/** What is wrong with it, or null. */
export function problemOfAbout(about: About): { name?: string; concurrency?: string } | null {
  const concurrent = Number(about.concurrency);
  const name = about.name.trim() ? undefined : words.problems.name;
  const isWhole = Number.isInteger(concurrent) && concurrent >= 1 && concurrent <= 100;
  const concurrency = isWhole ? undefined : words.problems.concurrency;
  return name || concurrency ? { name, concurrency } : null;
}

interface Props {
  about: About;
  checked: boolean;
  /** The experiment of one that exists stays. */
  fixedExperiment?: boolean;
  onChange: (to: Partial<About>) => void;
}

export function AboutFields({ about, checked, fixedExperiment = false, onChange }: Props) {
  const namespace = useNamespace();
  const { data } = useQuery({ ...experiments({ namespace, limit: 200 }), retry: false });
  const problems = checked ? problemOfAbout(about) : null;
  const known = (data?.items ?? []).filter((one) => !one.archived);
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <TextField
        label={words.name}
        required
        value={about.name}
        problem={problems?.name}
        onChange={(name) => onChange({ name })}
      />
      {!fixedExperiment && (
        <ChoiceField
          label={words.experiment}
          value={about.experiment}
          options={[
            ["", text.start.newExperiment],
            ...known.map((one): [string, string] => [
              one.id,
              visible(one.display_name || one.name),
            ]),
          ]}
          onChange={(experiment) => onChange({ experiment })}
        />
      )}
      <TextField
        label={placeText.description}
        value={about.description}
        onChange={(description) => onChange({ description })}
        className="sm:col-span-2"
      />
      <TextField
        label={words.concurrency}
        help={words.concurrencyHelp}
        type="number"
        min={1}
        max={100}
        value={about.concurrency}
        problem={problems?.concurrency}
        onChange={(concurrency) => onChange({ concurrency })}
      />
      <div className="sm:pt-5">
        <CheckField
          label={words.catchup}
          checked={about.catchup}
          onChange={(catchup) => onChange({ catchup })}
        />
      </div>
    </div>
  );
}
