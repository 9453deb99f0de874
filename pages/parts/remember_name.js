// Keeps the visitor's name in this browser, for the next visit.
export default function ({ data }) {
  document.cookie = `${data.cookie}=${encodeURIComponent(data.name)}; path=/; max-age=31536000; SameSite=Lax`;
}
