/**
 * The emoji that this workspace knows by name, as Slack names them.
 */
const TABLE = `
+1 👍 -1 👎 100 💯 alarm_clock ⏰ arrow_right ➡️ arrow_up ⬆️ arrow_down ⬇️ arrows_counterclockwise 🔄 back 🔙 bar_chart 📊 bell 🔔 blue_circle 🔵
large_blue_circle 🔵 black_circle ⚫ brown_circle 🟤 bookmark 🔖 bug 🐛 bulb 💡 busts_in_silhouette 👥 calendar 📆 card_index 📇 chart_with_upwards_trend 📈
clap 👏 clipboard 📋 clock 🕒 clock3 🕒 cry 😢 dart 🎯 email 📧 envelope ✉️ exclamation ❗ eyes 👀 file_folder 📁 fire 🔥 gear ⚙️ green_circle 🟢
large_green_circle 🟢 hand ✋ handshake 🤝 heart ❤️ heavy_check_mark ✔️ hourglass ⌛ hourglass_flowing_sand ⏳ house 🏠 inbox_tray 📥 incoming_envelope 📨 information_source ℹ️
joy 😂 key 🔑 label 🏷️ large_orange_circle 🟠 large_purple_circle 🟣 large_red_square 🟥 large_yellow_circle 🟡 link 🔗 lock 🔒 unlock 🔓 loudspeaker 📢 mag 🔍
memo 📝 moneybag 💰 mute 🔇 new 🆕 no_entry ⛔ no_entry_sign 🚫 octagonal_sign 🛑 ok_hand 👌 orange_circle 🟠 outbox_tray 📤 package 📦 paperclip 📎 pencil ✏️ pencil2 ✏️
phone ☎️ point_right 👉 pray 🙏 purple_circle 🟣 pushpin 📌 question ❓ raised_hand ✋ red_circle 🔴 repeat 🔁 rocket 🚀 rotating_light 🚨 round_pushpin 📍
shrug 🤷 simple_smile 🙂 slightly_smiling_face 🙂 smile 😄 smiley 😃 snowflake ❄️ sos 🆘 sparkles ✨ speech_balloon 💬 star ⭐ stopwatch ⏱️ sweat_smile 😅 tada 🎉
thinking_face 🤔 thumbsdown 👎 thumbsup 👍 ticket 🎫 timer_clock ⏲️ trophy 🏆 unamused 😒 vertical_traffic_light 🚦 warning ⚠️ wave 👋 wastebasket 🗑️ white_check_mark ✅
white_circle ⚪ white_large_square ⬜ wrench 🔧 wink 😉 x ❌ yellow_circle 🟡 zap ⚡ zzz 💤`;

const words = TABLE.trim().split(/\s+/);
const BY_NAME = new Map();
for (let at = 0; at < words.length; at += 2) BY_NAME.set(words[at], words[at + 1]);

/** What people react with; the first ones stand ready in a message's menu. */
export const QUICK = ["white_check_mark", "eyes", "raised_hand", "+1", "heart", "tada", "pray", "warning"];

/** The sign for a name, or null when this workspace has none of that name. */
export function emoji(name) {
  return BY_NAME.get(name) ?? null;
}

/** The text with every known `:name:` replaced by its sign. */
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+'-]+):/g, (whole, name) => BY_NAME.get(name) ?? whole);
}
