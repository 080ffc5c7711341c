// Accepting a difference: what that would change is shown first.

import { tell } from "./dom.js";

export function acceptGroup() { tell("not yet"); }
export function acceptDifference() {
  tell("not yet");
}
