/**
 * What the page remembers of its visitor. Where the browser keeps nothing (or forbids to ask), the open page does.
 */

function shelf(storage) {
  const held = new Map();
  return {
    /** What was remembered under this name, or null. */
    recall(name) {
      try {
        return held.get(name) ?? storage().getItem(`loket.${name}`);
      } catch {
        return null;
      }
    },
    remember(name, value) {
      try {
        storage().setItem(`loket.${name}`, value);
      } catch {
        held.set(name, value);
      }
    },
  };
}

/** For all pages of this browser, for good. */
export const browser = shelf(() => localStorage);

/** For this tab, so that two tabs can be two people. */
export const tab = shelf(() => sessionStorage);
