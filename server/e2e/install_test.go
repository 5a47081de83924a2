package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// TestE2EInstall asks Chromium whether the app can be installed, and opens what
// an installed app opens when the server is away.
func TestE2EInstall(t *testing.T) {
	s := startServer(t)
	b := openBrowser(t)
	b.Open(s.URL + "/login")
	b.installed()
	b.Do("installability", chromedp.ActionFunc(func(ctx context.Context) error {
		_, faults, text, _, err := cdppage.GetAppManifest().Do(ctx)
		if err != nil {
			return err
		}
		for _, f := range faults {
			t.Errorf("the manifest, line %d: %s", f.Line, f.Message)
		}
		var m struct {
			ID    string
			Icons []struct{ Src, Sizes, Purpose string }
			// What a long press on the icon offers.
			Shortcuts []struct{ Name, URL string }
		}
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			return fmt.Errorf("the manifest is %q: %w", text, err)
		}
		purposes := map[string]bool{}
		for _, i := range m.Icons {
			purposes[i.Purpose+i.Sizes] = true
			s.file(i.Src)
		}
		if m.ID != "/" || !purposes["maskable512x512"] || !purposes["192x192"] || !purposes["512x512"] || len(m.Shortcuts) == 0 {
			t.Errorf("the manifest has the id %q, the icons %v and %d shortcuts, want /, two sizes and a maskable one, and some", m.ID, purposes, len(m.Shortcuts))
		}
		for _, c := range m.Shortcuts {
			s.file(c.URL)
		}
		errs, err := cdppage.GetInstallabilityErrors().Do(ctx)
		for _, e := range errs {
			if e.ErrorID != "in-incognito" { // so is every tab of a test
				t.Errorf("Chromium does not install it: %s %v", e.ErrorID, e.ErrorArguments)
			}
		}
		return err
	}))
	b.NoErrors()

	b.quiet = true
	s.Kill()
	b.Open(s.URL + "/?from=home") // a query that a launcher or a link adds
	b.Until(`document.querySelector("main h1")`)
	b.Open(s.URL + "/login?next=x")
	b.Until(`document.querySelector("main form")`)
}
