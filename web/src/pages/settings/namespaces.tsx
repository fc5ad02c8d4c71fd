/** The namespaces that one may see, and the one that is chosen. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { post } from "@/api/client";
import { namespaces, type SeenNamespace } from "@/api/settings";
import { visible } from "@/format/safety";
import { useRights } from "@/shell/rights";
import { placeText } from "@/text/en-places";
import { useAct } from "@/ui/act";
import { Button } from "@/ui/button";
import { AreaField, TextField } from "@/ui/fields";
import { FormDialog } from "@/ui/form-dialog";
import { Empty, Failed, Loading } from "@/ui/states";
import { NamespacePanel } from "./namespace";

const words = placeText.settings.namespaces;
const roles = placeText.settings.roles;

export function Namespaces() {
  const query = useQuery(namespaces);
  const { name } = useSearch({ from: "/settings" });
  const { administer } = useRights();
  const [creating, setCreating] = useState(false);
  if (query.isPending) {
    return <Loading />;
  }
  if (query.isError) {
    return <Failed error={query.error} again={() => void query.refetch()} />;
  }
  const { items } = query.data;
  const create = administer && (
    <Button tone={items.length === 0 ? "primary" : "plain"} onClick={() => setCreating(true)}>
      <Plus aria-hidden size={14} />
      {words.create}
    </Button>
  );
  const chosen = items.find((one) => one.namespace.name === name) ?? items[0];
  return (
    <>
      {chosen ? (
        <div className="flex flex-col md:h-full md:flex-row">
          <div className="flex shrink-0 flex-col gap-2 border-b border-line p-3 md:w-56 md:overflow-auto md:border-r md:border-b-0">
            <Choices items={items} chosen={chosen.namespace.name} />
            {create}
          </div>
          <div className="min-w-0 grow md:overflow-auto">
            <NamespacePanel key={chosen.namespace.name} name={chosen.namespace.name} />
          </div>
        </div>
      ) : (
        <Empty
          title={administer ? words.empty : words.emptyForOthers}
          hint={administer ? words.emptyHint : words.emptyForOthersHint}
          action={create}
        />
      )}
      {creating && <NewNamespace onClose={() => setCreating(false)} />}
    </>
  );
}

function Choices({ items, chosen }: { items: readonly SeenNamespace[]; chosen: string }) {
  return (
    <nav aria-label={words.list}>
      <ul className="flex flex-wrap gap-0.5 md:flex-col">
        {items.map(({ namespace: { name }, role }) => (
          <li key={name}>
            <Link
              to="/settings"
              search={(before) => ({ ...before, view: "namespaces", name })}
              aria-current={name === chosen ? "page" : undefined}
              className={`flex items-center justify-between gap-2 rounded-md px-2 py-1.5 ${name === chosen ? "bg-accent-soft font-medium text-accent-ink" : "text-muted hover:bg-sunken hover:text-ink"}`}
            >
              <span className="truncate">{visible(name)}</span>
              {role && <span className="text-2xs">{roles[role]}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function NewNamespace({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const navigate = useNavigate({ from: "/settings" });
  const create = useAct({
    act: () => post<SeenNamespace>("/namespaces", { name: name.trim(), description }),
    changes: ["namespaces", "me"],
    shows: true,
    after: ({ namespace }) => {
      onClose();
      void navigate({ search: (before) => ({ ...before, name: namespace.name }) });
    },
  });
  return (
    <FormDialog
      title={words.createTitle}
      action={placeText.create}
      ready={name.trim() !== ""}
      busy={create.isPending}
      error={create.error}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <TextField
        label={placeText.name}
        help={words.nameHelp}
        required
        value={name}
        onChange={setName}
      />
      <AreaField label={placeText.description} value={description} onChange={setDescription} />
    </FormDialog>
  );
}
