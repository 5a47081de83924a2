// Applies the theme that was chosen on this device before the first paint.
// app/ui/theme.go writes the same key, as JSON.
try {
  const theme = JSON.parse(localStorage.getItem("theme"));
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Without storage, or with what is none of ours in it, the system's theme stays.
}
