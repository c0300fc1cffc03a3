/**
 * Light, dark, or as the system has it.
 */
import { icon } from "./dom.js";
import { sign } from "./icons.js";
import { browser } from "./memory.js";
import { heard, say } from "./words.js";

const NEXT = { system: "light", light: "dark", dark: "system" };
const SIGNS = { system: "system", light: "sun", dark: "moon" };

function chosen() {
  const found = browser.recall("theme");
  return found in NEXT ? found : "system";
}

function dress() {
  const theme = chosen();
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** The button that goes through the three. */
export function themeButton() {
  const node = icon("", "", () => {
    browser.remember("theme", NEXT[chosen()]);
    dress();
    draw();
  });
  const draw = () => {
    node.title = `${say("theme")}: ${say(`theme.${chosen()}`)}`;
    node.setAttribute("aria-label", node.title);
    node.replaceChildren(sign(SIGNS[chosen()]));
  };
  heard(draw);
  draw();
  return node;
}

dress();
