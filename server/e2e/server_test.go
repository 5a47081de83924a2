// Package e2e drives the built program as a user does: the real binary, a real
// Chromium, a real WebSocket.
package e2e

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// built is what `make build` makes.
const built = "../../bin/centroid"

// server is one process of the program on its own data folder.
type server struct {
	t    testing.TB
	Dir  string // the data folder
	Addr string // host:port; kept over restarts
	URL  string
	args []string // flags besides those two
	cmd  *exec.Cmd
	log  *buffer
}

// startServer starts the program on a free port and a new data folder.
func startServer(t testing.TB, args ...string) *server {
	t.Helper()
	if _, err := os.Stat(built); err != nil {
		t.Skipf("%s is not built: run `make build` first (make test does)", built)
	}
	s := &server{t: t, Dir: t.TempDir(), Addr: freeAddr(t), args: args, log: &buffer{}}
	s.URL = "http://" + s.Addr
	s.Start()
	t.Cleanup(func() {
		if s.cmd != nil {
			s.Kill()
		}
		if t.Failed() {
			t.Logf("server's log:\n%s", s.log.String())
		}
	})
	return s
}

// Start starts the process and returns when it answers.
func (s *server) Start() {
	s.t.Helper()
	s.cmd = exec.Command(built, append([]string{"serve", "--addr", s.Addr, "--data", s.Dir}, s.args...)...)
	s.cmd.Stderr = s.log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	ready := make(chan error, 1)
	go func() {
		line, err := bufio.NewReader(out).ReadString('\n')
		if err == nil && line != s.URL+"\n" {
			err = fmt.Errorf("it printed %q, want %s", line, s.URL)
		}
		ready <- err
	}()
	select {
	case err := <-ready:
		if err != nil {
			s.t.Fatalf("the server did not start: %v\n%s", err, s.log.String())
		}
	case <-time.After(time.Minute):
		s.t.Fatalf("the server printed no address in a minute:\n%s", s.log.String())
	}
}

// Kill ends the process as a power cut would.
func (s *server) Kill() {
	s.t.Helper()
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait() // it was killed: its status says no more
	s.cmd = nil
}

// Interrupt sends Ctrl-C and gives the time that the process needed to end.
func (s *server) Interrupt() time.Duration {
	s.t.Helper()
	begin := time.Now()
	if err := s.cmd.Process.Signal(syscall.SIGINT); err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		s.t.Errorf("the server did not end cleanly on Ctrl-C: %v", err)
	}
	s.cmd = nil
	return time.Since(begin)
}

func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// buffer is a bytes.Buffer for two goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// writeFile puts content into a file that a page can be given.
func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
