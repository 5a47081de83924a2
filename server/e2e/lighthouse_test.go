package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// lighthouseReport is what is read of Lighthouse's report.
type lighthouseReport struct {
	FinalURL   string `json:"finalDisplayedUrl"`
	Error      any    `json:"runtimeError"`
	Categories map[string]struct {
		Score  *float64
		Audits []struct {
			ID     string
			Weight float64
		} `json:"auditRefs"`
	}
	Audits map[string]struct {
		Score   *float64
		Title   string
		Details json.RawMessage
	}
}

// lighthouse looks at a page as a visitor with the cookie, which may be "".
func lighthouse(t *testing.T, url, cookie string) (r lighthouseReport) {
	t.Helper()
	const script = "../../web/node_modules/lighthouse/cli/index.js"
	if _, err := os.Stat(script); err != nil {
		t.Skipf("no Lighthouse at %s: run `make setup`", script)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*wait)
	defer cancel()
	args := []string{script, url, "--quiet", "--output=json", "--output-path=stdout", "--only-categories=accessibility,best-practices",
		"--chrome-flags=--headless=new --no-sandbox --disable-gpu --user-data-dir=" + filepath.Join(t.TempDir(), "profile")}
	if cookie != "" {
		headers, err := json.Marshal(map[string]string{"Cookie": cookie})
		if err != nil {
			t.Fatal(err)
		}
		args = append(args, "--extra-headers="+string(headers))
	}
	cmd := exec.CommandContext(ctx, "node", args...)
	cmd.Env = append(os.Environ(), "CHROME_PATH="+chromium(t))
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	if err := cmd.Run(); err != nil {
		t.Fatalf("lighthouse %s: %v\n%s", url, err, log.String())
	}
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("lighthouse %s: %v", url, err)
	}
	return r
}

// TestE2ELighthouse wants full marks for accessibility and best practices.
func TestE2ELighthouse(t *testing.T) {
	s := startServer(t)
	b := openBrowser(t)
	b.signIn(s, "ada", "/data")
	b.Click("#sample-iris")
	b.about("150 rows")
	var cookie string
	b.Do("cookies", chromedp.ActionFunc(func(ctx context.Context) error {
		all, err := network.GetCookies().Do(ctx)
		for _, c := range all {
			cookie += c.Name + "=" + c.Value + "; "
		}
		return err
	}))
	cookie = strings.TrimSuffix(cookie, "; ")
	for _, tt := range []struct{ path, cookie string }{{"/", ""}, {"/login", ""}, {"/explore", cookie}, {"/train", cookie}} {
		r := lighthouse(t, s.URL+tt.path, tt.cookie)
		if r.Error != nil || r.FinalURL == "" || !strings.HasPrefix(strings.TrimPrefix(r.FinalURL, s.URL), tt.path) {
			t.Errorf("%s: it looked at %q, %v", tt.path, r.FinalURL, r.Error)
		}
		for _, name := range []string{"accessibility", "best-practices"} {
			c := r.Categories[name]
			if c.Score != nil && *c.Score == 1 {
				continue
			}
			t.Errorf("%s: %s has not full marks", tt.path, name)
			for _, ref := range c.Audits {
				if a := r.Audits[ref.ID]; ref.Weight > 0 && (a.Score == nil || *a.Score < 1) {
					t.Errorf("%s: %s: %s\n%s", tt.path, ref.ID, a.Title, a.Details)
				}
			}
		}
	}
}
