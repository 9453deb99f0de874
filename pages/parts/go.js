// Goes to another page of the app, once however often Streamlit draws this anew.
export default function ({ data, parentElement }) {
  if (parentElement.gone === data.url) return;
  parentElement.gone = data.url;
  follow(data.url);
}
