/** The most that a namespace may have. */
import { type FormEvent, useState } from "react";
import { patch } from "@/api/client";
import type { Namespace } from "@/api/settings";
import { text } from "@/text/en";
import { placeText } from "@/text/en-places";
import { useAct } from "@/ui/act";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/fields";
import { Failed } from "@/ui/states";
import { Fact, Facts, Section } from "@/ui/texts";
import { LIMITS, limitText, readQuota, typedQuota } from "./limits";

const words = placeText.settings.namespaces;

interface Props {
  of: Namespace;
  canChange: boolean;
}

export function QuotaOf({ of, canChange }: Props) {
  return (
    <Section title={words.quota}>
      {canChange ? (
        <Form of={of} />
      ) : (
        <Facts>
          {LIMITS.map((limit) => (
            <Fact key={limit} name={words.limits[limit]}>
              {limitText(limit, of.quota?.[limit]) || words.noLimit}
            </Fact>
          ))}
        </Facts>
      )}
    </Section>
  );
}

function Form({ of }: { of: Namespace }) {
  const [typed, setTyped] = useState(() => typedQuota(of.quota));
  const read = readQuota(typed);
  const bad = "bad" in read ? read.bad : [];
  const save = useAct({
    act: (body: Record<string, unknown>) =>
      patch(`/namespaces/${encodeURIComponent(of.name)}`, body),
    changes: ["namespace", "namespaces"],
    shows: true,
    done: placeText.saved,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if ("quota" in read) {
      save.mutate({ quota: read.quota });
    }
  };
  return (
    <form noValidate onSubmit={submit} className="flex max-w-xl flex-col items-start gap-3">
      <p className="text-xs text-muted">{words.quotaHint}</p>
      <div className="grid w-full grid-cols-2 gap-3 sm:grid-cols-3">
        {LIMITS.map((limit) => (
          <TextField
            key={limit}
            label={words.limits[limit]}
            type="number"
            min={0}
            placeholder={words.noLimit}
            value={typed[limit]}
            problem={bad.includes(limit) ? words.badNumber : null}
            onChange={(to) => setTyped((before) => ({ ...before, [limit]: to }))}
          />
        ))}
      </div>
      {save.isError && <Failed error={save.error} />}
      <Button type="submit" disabled={bad.length > 0 || save.isPending}>
        {text.save}
      </Button>
    </form>
  );
}
