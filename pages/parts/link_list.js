// A list of links to metrics, each with what is said of it.

function listItem({ label, url, said, strong }) {
  const item = document.createElement("li");
  const link = item.appendChild(document.createElement("a"));
  link.href = url;
  link.textContent = label;
  if (strong) link.className = "strong";
  link.addEventListener("click", (event) => {
    if (isForBrowser(event)) return;
    event.preventDefault();
    follow(url);
  });
  if (said) item.appendChild(document.createElement("span")).textContent = said;
  return item;
}

export default function ({ data, parentElement }) {
  const list = parentElement.querySelector("ul") ?? parentElement.appendChild(document.createElement("ul"));
  list.className = data.inline ? "inline" : "";
  list.replaceChildren(...data.links.map(listItem));
}
