/**
 * What could be meant while one types: commands at the start, people and channels anywhere.
 */

/** @returns completions for a composer, see there; `commands` is empty where Slack takes none, as in threads */
export function completions(store, text, caret, commands) {
  const before = text.slice(0, caret);
  if (/^\/\S*$/.test(before)) return commands.filter((one) => one.command.startsWith(before)).map(offered);
  const [, sign, start] = before.match(/(?:^|\s)([@#])([\p{L}\p{N}._-]*)$/u) ?? [];
  if (!sign) return [];
  const from = caret - start.length - 1;
  return NAMES[sign](store)
    .filter((one) => [one.name, one.detail].some((name) => name?.toLowerCase().startsWith(start.toLowerCase())))
    .map(({ name, detail }) => ({ label: sign + name, detail, from, insert: `${sign}${name} ` }));
}

function offered({ command, usage_hint, description }) {
  return { label: command, hint: usage_hint, detail: description, from: 0, insert: `${command} ` };
}

const NAMES = {
  "@": (store) => [
    ...[...store.users.values()].map((user) => ({ name: user.name, detail: user.real_name })),
    { name: "here", detail: "everyone who is online" },
  ],
  "#": (store) => store.channels.map((channel) => ({ name: channel.name, detail: "" })),
};
