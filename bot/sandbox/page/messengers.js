/**
 * What differs between the messengers that a phone can show.
 */
import { TELEGRAM, WHATSAPP } from "./api.js";

/**
 * `base`: where its server lives; `they`: whom one writes to; `kinds`: what a customer can send beside text, by the
 * platform's names; `captioned`: those that take a caption; `shows`: as which kind a file of a type goes that is more
 * than a document; `pressed(id)` and `person({name, language})`: its arguments.
 */
export const Telegram = {
  name: "Telegram",
  style: "on-telegram",
  base: TELEGRAM,
  they: "bot",
  languages: true,
  kinds: [
    ...["photo", "album", "document", "voice", "audio", "video", "animation"],
    ...["video_note", "sticker", "location", "venue", "contact", "poll", "dice"],
  ],
  captioned: ["photo", "album", "document", "voice", "audio", "video", "animation"],
  shows: { "image/jpeg": "photo", "image/png": "photo", "image/webp": "photo", "video/mp4": "video" },
  pressed: (id) => ({ callback_data: id }),
  person: ({ name, language }) => ({ first_name: name, language_code: language }),
};

export const WhatsApp = {
  name: "WhatsApp",
  style: "on-whatsapp",
  base: WHATSAPP,
  they: "business",
  languages: false,
  kinds: ["image", "document", "voice", "audio", "video", "sticker", "location", "place", "contacts", "order"],
  captioned: ["image", "document", "video"],
  shows: { "image/jpeg": "image", "image/png": "image", "video/mp4": "video" },
  pressed: (id) => ({ choice: id }),
  person: ({ name }) => ({ name }),
};
