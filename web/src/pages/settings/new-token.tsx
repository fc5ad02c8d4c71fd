/** Make a token, with no more than it needs. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "@/api/client";
import { me } from "@/api/queries";
import { ROLES, type Role, type Scope, type Token } from "@/api/settings";
import { visible } from "@/format/safety";
import { placeText } from "@/text/en-places";
import { useAct } from "@/ui/act";
import { ChoiceField, TextField } from "@/ui/fields";
import { FormDialog } from "@/ui/form-dialog";

const words = placeText.settings.tokens;
const DAY_S = 86_400;
const DAYS = ["1", "7", "30", "90", "365"] as const;

type Days = (typeof DAYS)[number];
type Kind = "personal" | "service";

interface Props {
  onClose: () => void;
  onMade: (secret: string) => void;
}

export function NewToken({ onClose, onMade }: Props) {
  const { data } = useQuery(me);
  const [name, setName] = useState("");
  const [kind, setKind] = useState<Kind>("personal");
  const [scope, setScope] = useState<Scope>("write");
  const [namespace, setNamespace] = useState("");
  const [role, setRole] = useState<Role | "">("");
  const [days, setDays] = useState<Days>("90");
  const managed = (data?.namespaces ?? []).filter((one) => one.role === "admin");
  const isService = kind === "service";
  const names = (isService ? managed : (data?.namespaces ?? [])).map((one) => one.name);
  const create = useAct({
    act: () =>
      post<{ token: Token; secret: string }>("/tokens", {
        name: name.trim(),
        kind,
        scopes: [scope],
        namespace: namespace || undefined,
        role: role || undefined,
        expires_in_s: Number(days) * DAY_S,
      }),
    changes: ["tokens"],
    shows: true,
    after: ({ secret }) => onMade(secret),
  });
  const chooseKind = (to: Kind) => {
    setKind(to);
    setNamespace(to === "service" ? (managed[0]?.name ?? "") : "");
    setRole(to === "service" ? "editor" : "");
  };
  const scopes: Scope[] = data?.admin
    ? ["read", "write", "manage", "administer"]
    : ["read", "write", "manage"];
  return (
    <FormDialog
      title={words.createTitle}
      action={placeText.create}
      ready={name.trim() !== ""}
      busy={create.isPending}
      error={create.error}
      onSubmit={() => create.mutate()}
      onClose={onClose}
      columns
    >
      <TextField
        label={placeText.name}
        required
        help={isService ? words.serviceNameHelp : undefined}
        value={name}
        onChange={setName}
        className="sm:col-span-2"
      />
      {managed.length > 0 && (
        <ChoiceField
          label={words.kind}
          value={kind}
          options={[
            ["personal", words.kinds.personal],
            ["service", words.kinds.service],
          ]}
          onChange={chooseKind}
        />
      )}
      <ChoiceField
        label={words.scope}
        value={scope}
        options={scopes.map((one) => [one, words.scopes[one]])}
        onChange={setScope}
      />
      <ChoiceField
        label={words.namespace}
        value={namespace}
        options={[
          ...(isService ? [] : [["", words.everyNamespace] as const]),
          ...names.map((one) => [one, visible(one)] as const),
        ]}
        onChange={setNamespace}
      />
      <ChoiceField<Role | "">
        label={words.role}
        value={role}
        options={[
          ...(isService ? [] : [["", words.ownRole] as const]),
          ...ROLES.map((one) => [one, placeText.settings.roles[one]] as const),
        ]}
        onChange={setRole}
      />
      <ChoiceField
        label={words.expiresIn}
        value={days}
        options={DAYS.map((one) => [one, words.days(Number(one))])}
        onChange={setDays}
      />
    </FormDialog>
  );
}
