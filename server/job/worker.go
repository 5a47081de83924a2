package job

import (
	"crypto/rand"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// WorkerName makes a name for a worker of this process that no other process
// and no other call ever has: machine, process id, time of its start, chance.
func WorkerName() string {
	pid := os.Getpid()
	return fmt.Sprintf("%s/%d/%s/%s", machine(), pid, startOf(pid), rand.Text()[:8])
}

// Dead reports whether the process that made the name is known to be gone. It
// is false for processes of other machines and where it can't be told.
func Dead(worker string) bool {
	part := strings.Split(worker, "/")
	if len(part) != 4 || part[0] != machine() || part[2] == "" {
		return false
	}
	pid, err := strconv.Atoi(part[1])
	return err == nil && startOf(pid) != part[2]
}

// machine names this start of this machine, as far as process ids mean the
// same: containers with the same host name differ by their namespace.
func machine() string {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		boot = nil // not Linux: Dead can't tell anyway
	}
	space, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		space = ""
	}
	return strings.NewReplacer("/", "-", "\n", "").Replace(host + "." + string(boot) + "." + space)
}

// startOf gives the time at which process pid started, in ticks since boot; ""
// if there is none or the system does not tell. With it, a process id that was
// used again is not mistaken.
func startOf(pid int) string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	// The second field is the program's name in brackets, which may hold anything.
	_, rest, ok := strings.Cut(string(b[strings.LastIndexByte(string(b), ')')+1:]), " ")
	f := strings.Fields(rest)
	if !ok || len(f) < 20 || f[0] == "Z" {
		return ""
	}
	return f[19]
}
