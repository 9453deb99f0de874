// Opens links of the page's text that lead to its other pages in the same tab, as the menu does.

const PAGE = /^[a-z]+\?/;

function open(event) {
  const link = event.target.closest?.("a[href]");
  const url = link?.getAttribute("href");
  if (!url || !PAGE.test(url) || isForBrowser(event)) return;
  event.preventDefault();
  follow(url);
}

export default function () {
  if (window.northstarOpens) return;
  window.northstarOpens = true;
  document.addEventListener("click", open);
}
