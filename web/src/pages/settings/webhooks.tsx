/** Who is told of runs of the namespace, and whether messages arrive. */
import { useQuery } from "@tanstack/react-query";
import { Ellipsis, List, Pencil, Plus, Send, Trash2 } from "lucide-react";
import { useState } from "react";
import { patch, post, remove } from "@/api/client";
import { type Webhook, webhooks } from "@/api/settings";
import { visible } from "@/format/safety";
import { useNamespace } from "@/shell/namespace";
import { useRights } from "@/shell/rights";
import { text } from "@/text/en";
import { placeText } from "@/text/en-places";
import { useAct } from "@/ui/act";
import { Button, IconButton } from "@/ui/button";
import { Confirm } from "@/ui/dialog";
import { Menu, MenuItem, MenuLine } from "@/ui/menu";
import { Cell, Grid } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";
import { tell } from "@/ui/toast";
import { Deliveries } from "./deliveries";
import { ShownOnce } from "./secret";
import { WebhookForm } from "./webhook-form";

const words = placeText.settings.webhooks;

type Open = { what: "edit" | "remove" | "messages"; of: Webhook } | { what: "new" } | null;

export function Webhooks() {
  const namespace = useNamespace();
  const { manage } = useRights();
  const query = useQuery({ ...webhooks(namespace), enabled: manage });
  const [open, setOpen] = useState<Open>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const drop = useAct({
    act: (id: string) => remove(`/webhooks/${encodeURIComponent(id)}`),
    changes: ["webhooks"],
    done: placeText.removed,
  });
  if (!manage) {
    return <Empty title={words.denied} hint={words.deniedHint} />;
  }
  if (query.isPending) {
    return <Loading />;
  }
  if (query.isError) {
    return <Failed error={query.error} again={() => void query.refetch()} />;
  }
  const { items } = query.data;
  const close = () => setOpen(null);
  const create = (
    <Button tone="primary" onClick={() => setOpen({ what: "new" })}>
      <Plus aria-hidden size={14} />
      {words.create}
    </Button>
  );
  return (
    <>
      {items.length === 0 ? (
        <Empty title={words.empty} hint={words.emptyHint} action={create} />
      ) : (
        <>
          <div className="p-4">{create}</div>
          <WebhookTable items={items} onOpen={setOpen} />
        </>
      )}
      {open?.what === "new" && (
        <WebhookForm
          onClose={close}
          onMade={(made) => {
            close();
            setSecret(made);
          }}
        />
      )}
      {open?.what === "edit" && <WebhookForm of={open.of} onClose={close} onMade={close} />}
      {open?.what === "messages" && <Deliveries of={open.of} onClose={close} />}
      {open?.what === "remove" && (
        <Confirm
          title={words.confirmRemove(visible(open.of.name))}
          hint={words.confirmRemoveHint}
          action={placeText.remove}
          onConfirm={() => drop.mutate(open.of.id)}
          onClose={close}
        />
      )}
      {secret !== null && (
        <ShownOnce
          title={words.secretTitle}
          hint={words.secretHint}
          label={words.secret}
          secret={secret}
          onClose={() => setSecret(null)}
        />
      )}
    </>
  );
}

interface TableProps {
  items: readonly Webhook[];
  onOpen: (open: Open) => void;
}

function WebhookTable({ items, onOpen }: TableProps) {
  const heads = [
    words.enabled,
    placeText.name,
    words.format,
    words.url,
    words.states,
    words.pipelines,
    placeText.actions,
  ];
  return (
    <Grid label={placeText.settings.views.webhooks} heads={heads}>
      {items.map((one) => (
        <tr key={one.id}>
          <Cell className="align-middle!">
            <Enabled key={String(one.enabled)} of={one} />
          </Cell>
          <Cell className="align-middle! max-w-48 truncate font-medium">{visible(one.name)}</Cell>
          <Cell className="align-middle! whitespace-nowrap">
            {words.formats[one.format ?? "generic"]}
          </Cell>
          <Cell className="align-middle! max-w-64 truncate font-mono text-xs">
            {visible(one.url)}
          </Cell>
          <Cell className="align-middle!">{statesText(one)}</Cell>
          <Cell className="align-middle! max-w-48 truncate">
            {visible((one.pipelines ?? []).join(", ")) || words.allPipelines}
          </Cell>
          <Cell className="align-middle!">
            <Actions of={one} onOpen={onOpen} />
          </Cell>
        </tr>
      ))}
    </Grid>
  );
}

function statesText(of: Webhook): string {
  const states = (of.states ?? []).map(
    (state) => text.states[state as keyof typeof text.states] ?? visible(state),
  );
  return states.join(", ") || words.everyEnd;
}

function Enabled({ of }: { of: Webhook }) {
  const [on, setOn] = useState(of.enabled !== false);
  const turn = useAct({
    act: (enabled: boolean) => patch(`/webhooks/${encodeURIComponent(of.id)}`, { enabled }),
    changes: ["webhooks"],
    done: placeText.saved,
  });
  return (
    <input
      type="checkbox"
      className="size-4 accent-accent"
      aria-label={words.enableNamed(visible(of.name))}
      checked={on}
      disabled={turn.isPending}
      onChange={({ target: { checked } }) => {
        setOn(checked);
        turn.mutate(checked, { onError: () => setOn(!checked) });
      }}
    />
  );
}

function Actions({ of, onOpen }: { of: Webhook; onOpen: (open: Open) => void }) {
  const test = useAct({
    act: () =>
      post<{ delivered: boolean; error?: string | null }>(
        `/webhooks/${encodeURIComponent(of.id)}/test`,
      ),
    changes: [],
    after: ({ delivered, error }) =>
      tell(delivered ? words.testDone : `${words.testFailed}: ${error ?? ""}`, !delivered),
  });
  return (
    <span className="flex justify-end gap-1">
      <Button
        aria-label={words.testNamed(visible(of.name))}
        disabled={test.isPending}
        onClick={() => test.mutate()}
      >
        <Send aria-hidden size={13} />
        {words.test}
      </Button>
      <Menu
        trigger={
          <IconButton label={words.actions(visible(of.name))}>
            <Ellipsis aria-hidden size={16} />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => onOpen({ what: "messages", of })}>
          <List aria-hidden size={14} />
          {words.deliveries}
        </MenuItem>
        <MenuItem onSelect={() => onOpen({ what: "edit", of })}>
          <Pencil aria-hidden size={14} />
          {placeText.edit}
        </MenuItem>
        <MenuLine />
        <MenuItem danger onSelect={() => onOpen({ what: "remove", of })}>
          <Trash2 aria-hidden size={14} />
          {placeText.remove}
        </MenuItem>
      </Menu>
    </span>
  );
}
