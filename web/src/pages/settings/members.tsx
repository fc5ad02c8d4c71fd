/** Who may do what in a namespace. */
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { put, remove } from "@/api/client";
import { type Member, members, ROLES, type Role } from "@/api/settings";
import { visible } from "@/format/safety";
import { placeText } from "@/text/en-places";
import { useAct } from "@/ui/act";
import { Button, IconButton } from "@/ui/button";
import { Confirm } from "@/ui/dialog";
import { ChoiceField, TextField } from "@/ui/fields";
import { Failed, Loading } from "@/ui/states";
import { Section } from "@/ui/texts";

const words = placeText.settings.namespaces;
const roles = placeText.settings.roles;
const options = ROLES.map((role) => [role, roles[role]] as const);

interface Props {
  name: string;
  canChange: boolean;
}

export function MembersOf({ name, canChange }: Props) {
  const query = useQuery(members(name));
  const [leaving, setLeaving] = useState<string | null>(null);
  const pathOf = (user: string) =>
    `/namespaces/${encodeURIComponent(name)}/members/${encodeURIComponent(user)}`;
  const place = useAct({
    act: ({ user, role }: { user: string; role: Role }) => put<Member>(pathOf(user), { role }),
    changes: ["members", "me"],
    done: placeText.saved,
  });
  const drop = useAct({
    act: (user: string) => remove(pathOf(user)),
    changes: ["members", "me"],
    done: placeText.removed,
  });
  return (
    <Section title={words.members}>
      {query.isPending && <Loading />}
      {query.isError && <Failed error={query.error} again={() => void query.refetch()} />}
      {query.data?.items.length === 0 && <p className="mb-3 text-muted">{words.noMembers}</p>}
      {query.data && query.data.items.length > 0 && (
        <ul aria-label={words.members} className="mb-3 max-w-xl">
          {query.data.items.map((member) => (
            <li
              key={member.user}
              className="flex items-center gap-2 border-b border-line py-1 last:border-b-0"
            >
              <span className="min-w-0 grow truncate" title={visible(member.user)}>
                {visible(member.user)}
              </span>
              {canChange ? (
                <>
                  <select
                    aria-label={words.roleOf(visible(member.user))}
                    className="control"
                    value={member.role}
                    onChange={(event) =>
                      place.mutate({ user: member.user, role: event.target.value as Role })
                    }
                  >
                    {options.map(([role, title]) => (
                      <option key={role} value={role}>
                        {title}
                      </option>
                    ))}
                  </select>
                  <IconButton
                    label={words.removeMember(visible(member.user))}
                    onClick={() => setLeaving(member.user)}
                  >
                    <X aria-hidden size={14} />
                  </IconButton>
                </>
              ) : (
                <span className="text-muted">{roles[member.role]}</span>
              )}
            </li>
          ))}
        </ul>
      )}
      {canChange && <AddMember onAdd={(user, role) => place.mutate({ user, role })} />}
      {leaving !== null && (
        <Confirm
          title={words.confirmRemoveMember(visible(leaving))}
          hint={words.confirmRemoveMemberHint}
          action={placeText.remove}
          onConfirm={() => drop.mutate(leaving)}
          onClose={() => setLeaving(null)}
        />
      )}
    </Section>
  );
}

function AddMember({ onAdd }: { onAdd: (user: string, role: Role) => void }) {
  const [user, setUser] = useState("");
  const [role, setRole] = useState<Role>("editor");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onAdd(user.trim(), role);
    setUser("");
  };
  return (
    <form onSubmit={submit} className="flex max-w-xl flex-wrap items-start gap-2">
      <TextField
        label={words.addMember}
        help={words.userHelp}
        value={user}
        onChange={setUser}
        className="grow basis-56"
      />
      <ChoiceField
        label={placeText.settings.role}
        value={role}
        options={options}
        onChange={setRole}
      />
      <Button type="submit" className="sm:mt-5" disabled={!user.trim()}>
        {placeText.add}
      </Button>
    </form>
  );
}
