/** One namespace: its members, its quota with what is used of it, and its end. */
import { useQuery } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { patch, remove } from "@/api/client";
import { type Namespace, namespace, type SeenNamespace } from "@/api/settings";
import { count } from "@/format/amounts";
import { visible } from "@/format/safety";
import { useRights } from "@/shell/rights";
import { text } from "@/text/en";
import { placeText } from "@/text/en-places";
import { useAct } from "@/ui/act";
import { Button } from "@/ui/button";
import { Ago } from "@/ui/clock";
import { Confirm } from "@/ui/dialog";
import { AreaField } from "@/ui/fields";
import { Failed, Loading } from "@/ui/states";
import { Fact, Facts, Section } from "@/ui/texts";
import { MembersOf } from "./members";
import { QuotaOf } from "./quota";

const words = placeText.settings.namespaces;

export function NamespacePanel({ name }: { name: string }) {
  const query = useQuery(namespace(name));
  const rights = useRights(name);
  if (query.isPending) {
    return <Loading />;
  }
  if (query.isError) {
    return <Failed error={query.error} again={() => void query.refetch()} />;
  }
  const manage = rights.manage || query.data.role === "admin";
  return (
    <>
      <Head seen={query.data} canRemove={rights.administer} />
      <MembersOf name={name} canChange={manage} />
      <QuotaOf of={query.data.namespace} canChange={rights.administer} />
      <Accounts of={query.data.namespace} canChange={rights.administer} />
    </>
  );
}

function Head({ seen, canRemove }: { seen: SeenNamespace; canRemove: boolean }) {
  const { namespace: of, role, usage } = seen;
  const [asking, setAsking] = useState(false);
  const drop = useAct({
    act: () => remove(`/namespaces/${encodeURIComponent(of.name)}`),
    changes: ["namespaces", "me"],
    done: placeText.removed,
  });
  return (
    <section className="border-b border-line px-4 py-3">
      <div className="mb-2 flex items-center justify-between gap-2">
        <h2 className="min-w-0 truncate text-base font-semibold">{visible(of.name)}</h2>
        {canRemove && (
          <Button tone="danger" onClick={() => setAsking(true)}>
            <Trash2 aria-hidden size={13} />
            {placeText.remove}
          </Button>
        )}
      </div>
      <Facts>
        {role && <Fact name={words.yourRole}>{placeText.settings.roles[role]}</Fact>}
        {of.description && <Fact name={placeText.description}>{visible(of.description)}</Fact>}
        <Fact name={placeText.created}>
          <Ago at={of.created_at} />
        </Fact>
        {usage && (
          <Fact name={words.usageLabel}>
            {words.usage(count(usage.active_runs), count(usage.created_runs))}
          </Fact>
        )}
      </Facts>
      {asking && (
        <Confirm
          title={words.confirmRemove(visible(of.name))}
          hint={words.confirmRemoveHint}
          action={placeText.remove}
          onConfirm={() => drop.mutate()}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}

function Accounts({ of, canChange }: { of: Namespace; canChange: boolean }) {
  const [typed, setTyped] = useState((of.service_accounts ?? []).join("\n"));
  const given = typed
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  const changed = given.join("\n") !== (of.service_accounts ?? []).join("\n");
  const save = useAct({
    act: () => patch(`/namespaces/${encodeURIComponent(of.name)}`, { service_accounts: given }),
    changes: ["namespace", "namespaces"],
    done: placeText.saved,
  });
  if (!canChange) {
    return (
      <Section title={words.serviceAccounts}>
        <p>{visible((of.service_accounts ?? []).join(", ")) || text.none}</p>
      </Section>
    );
  }
  return (
    <Section title={words.serviceAccounts}>
      <div className="flex max-w-md flex-col items-start gap-2">
        <div className="w-full">
          <AreaField
            label={words.serviceAccounts}
            help={words.serviceAccountsHelp}
            value={typed}
            onChange={setTyped}
          />
        </div>
        <Button disabled={!changed || save.isPending} onClick={() => save.mutate()}>
          {text.save}
        </Button>
      </div>
    </Section>
  );
}
