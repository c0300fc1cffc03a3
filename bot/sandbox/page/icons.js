/**
 * Our own line icons, on a grid of 20 by 20.
 */
const SVG = "http://www.w3.org/2000/svg";

/** What is drawn with a line; what follows a bar is filled. */
const PATHS = {
  back: "M12.5 4l-6 6 6 6",
  bolt: "M11.4 2.4L4.6 11.4h4.8l-.8 6.2 6.8-9h-4.8z",
  bubble: "|M10 2.8a7.2 7.2 0 0 0-6.2 10.8L2.8 17.2l3.7-1A7.2 7.2 0 1 0 10 2.8z",
  check: "M4 10.5l4 4 8-9",
  checks: "M1 10.5l4 4 8-9M9 14l.7.6 8-9.1",
  clip: "M15.5 9.3l-5.7 5.8a3.4 3.4 0 0 1-4.8-4.8l6.2-6.3a2.3 2.3 0 0 1 3.2 3.3l-6 6a1.1 1.1 0 0 1-1.6-1.5l5.3-5.4",
  close: "M5 5l10 10M15 5L5 15",
  compass: "M10 17.8a7.8 7.8 0 1 0 0-15.6 7.8 7.8 0 0 0 0 15.6z|M13.8 6.2l-2.2 5.4-5.4 2.2 2.2-5.4z",
  dots: "|M10 5.8a1.4 1.4 0 1 0 0-2.8 1.4 1.4 0 0 0 0 2.8zM10 11.4a1.4 1.4 0 1 0 0-2.8 1.4 1.4 0 0 0 0 2.8zM10 17a1.4 1.4 0 1 0 0-2.8A1.4 1.4 0 0 0 10 17z",
  down: "M10 4v11M5 10.5l5 5 5-5",
  eye: "M2 10s3-5.3 8-5.3 8 5.3 8 5.3-3 5.3-8 5.3S2 10 2 10z|M10 12.4a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8z",
  file: "M5 2.5h6.3L15 6.2v11.3H5zM11 2.8v3.7h3.7",
  hash: "M7.8 3L6.2 17M13.8 3l-1.6 14M3.6 7.2h13.5M2.9 12.8h13.5",
  home: "M3 9.6L10 3.6l7 6M5 8.1v8.3h3.7v-4.7h2.6v4.7H15V8.1",
  list: "M7 5.5h10M7 10h10M7 14.5h10|M3.5 6.7a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4zM3.5 11.2a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4zM3.5 15.7a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4z",
  more: "|M4.4 11.4a1.4 1.4 0 1 0 0-2.8 1.4 1.4 0 0 0 0 2.8zM10 11.4a1.4 1.4 0 1 0 0-2.8 1.4 1.4 0 0 0 0 2.8zM15.6 11.4a1.4 1.4 0 1 0 0-2.8 1.4 1.4 0 0 0 0 2.8z",
  moon: "M16.6 12.2A7 7 0 0 1 7.8 3.4a7 7 0 1 0 8.8 8.8z",
  phone:
    "M6 2.2h8c.8 0 1.4.6 1.4 1.4v12.8c0 .8-.6 1.4-1.4 1.4H6c-.8 0-1.4-.6-1.4-1.4V3.6c0-.8.6-1.4 1.4-1.4zM8.8 15.4h2.4",
  plane: "|M2.2 9.5L17.6 3.2 15 16.9l-4.7-3.5-2.3 2.4-.5-4.3z",
  play: "|M6 3.8l10.5 6.2L6 16.2z",
  plus: "M10 4v12M4 10h12",
  reply: "M8 4.8L3.3 9.5 8 14.2M3.8 9.5h7.4a5.2 5.2 0 0 1 5.2 5.2v.8",
  send: "|M3 3.2l14.6 6.8L3 16.8l1.7-5.6L11.4 10 4.7 8.8z",
  slash:
    "M4 3.2h12a1.6 1.6 0 0 1 1.6 1.6v10.4a1.6 1.6 0 0 1-1.6 1.6H4a1.6 1.6 0 0 1-1.6-1.6V4.8A1.6 1.6 0 0 1 4 3.2zM11.8 6.6l-3.6 6.8",
  smile:
    "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM6.8 11.8a3.7 3.7 0 0 0 6.4 0|M7.4 9a1 1 0 1 0 0-2 1 1 0 0 0 0 2zM12.6 9a1 1 0 1 0 0-2 1 1 0 0 0 0 2z",
  sun: "M10 13.4a3.4 3.4 0 1 0 0-6.8 3.4 3.4 0 0 0 0 6.8zM10 1.8v1.7M10 16.5v1.7M1.8 10h1.7M16.5 10h1.7M4.2 4.2l1.2 1.2M14.6 14.6l1.2 1.2M15.8 4.2l-1.2 1.2M5.4 14.6l-1.2 1.2",
  system: "M10 17.4a7.4 7.4 0 1 0 0-14.8 7.4 7.4 0 0 0 0 14.8z|M10 2.6a7.4 7.4 0 0 1 0 14.8z",
  thread: "M3.2 3.8h13.6v10H9.4L5.8 17v-3.2H3.2zM6.6 7.4h6.8M6.6 10.3h4",
  ticket:
    "M2.6 5.2h14.8v3a1.9 1.9 0 0 0 0 3.7v2.9H2.6v-2.9a1.9 1.9 0 0 0 0-3.7zM12.2 5.4v1.4M12.2 9.3v1.4M12.2 13.1v1.4",
};

/** The icon of this name; it says nothing to a screen reader. */
export function sign(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", `sign sign-${name}`);
  svg.setAttribute("aria-hidden", "true");
  for (const [at, shape] of PATHS[name].split("|").entries()) {
    if (!shape) continue;
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", shape);
    if (at) path.setAttribute("class", "filled");
    svg.append(path);
  }
  return svg;
}
