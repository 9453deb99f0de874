// Opens a page of the app as the browser's Back would: Streamlit follows the history. So the app is not loaded anew, and
// there is one entry to come back from.
function follow(url) {
  window.history.pushState(null, "", url);
  window.dispatchEvent(new PopStateEvent("popstate"));
}

// Whether a click asks for what only the browser can do: another tab, another window, a download.
function isForBrowser(event) {
  return event.button > 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
}
