// The page has a style of its own, and nothing to do.
export default function () {}
