// Browsers give `navigator.clipboard` to https and to this machine alone. The grid reads what is pasted from the event
// itself, which every page may, only where `navigator.clipboard` is there and can't read.
export default function () {
  if (!navigator.clipboard) Object.defineProperty(navigator, "clipboard", { value: {}, configurable: true });
}
