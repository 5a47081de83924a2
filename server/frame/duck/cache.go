package duck

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/centroid-studio/centroid/server/frame"
	"github.com/centroid-studio/centroid/server/sandbox"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// cache is what is persisted, of all users.
type cache struct {
	dir          string
	memory, disk int64 // bytes that all may have
	now          func() time.Time

	mu   sync.Mutex
	all  []*kept // the one that was used last at the end
	made int64   // how many were ever kept
}

// kept is a persisted answer. The fields of its note are written beside it on disk.
type kept struct {
	note
	rows *shared
}

// shared is a file that several computations may read; it has no name if it is in memory.
type shared struct {
	file  *os.File
	users int
	gone  bool // it is closed when nobody reads it any more
}

// drop closes the file when it is free.
func (s *shared) drop() error {
	if s.gone = true; s.users > 0 {
		return nil
	}
	return s.file.Close()
}

type note struct {
	Owner   string
	Info    wire.Persisted
	Columns []sandbox.Column
	Uses    []wire.Parent
	Made    int64 // order of making
}

// openCache finds what is on disk. What a crash left half written goes.
func openCache(o Options) (*cache, error) {
	c := &cache{dir: o.Dir, memory: o.Memory, disk: o.Disk, now: o.Now}
	if c.memory == 0 {
		c.memory = 512 << 20
	}
	if c.disk == 0 {
		c.disk = 16 << 30
	}
	if c.now == nil {
		c.now = time.Now
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return nil, err
	}
	files, err := os.ReadDir(c.dir)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		id, isNote := strings.CutSuffix(f.Name(), ".json")
		if isNote && c.load(id) == nil {
			continue
		}
		if id, isRows := strings.CutSuffix(f.Name(), ".parquet"); isRows && slices.ContainsFunc(c.all, func(k *kept) bool { return k.name() == id }) {
			continue // ".json" comes before ".parquet"
		}
		if err := os.Remove(filepath.Join(c.dir, f.Name())); err != nil {
			return nil, errors.Join(err, c.close())
		}
	}
	return c, nil
}

// load opens what is on disk under a name.
func (c *cache) load(name string) error {
	raw, err := os.ReadFile(filepath.Join(c.dir, name+".json"))
	if err != nil {
		return err
	}
	k := &kept{}
	if err := json.Unmarshal(raw, &k.note); err != nil {
		return err
	}
	if k.name() != name {
		return fmt.Errorf("duck: %s.json is of %s", name, k.name())
	}
	f, err := os.Open(c.path(k, "parquet"))
	if err != nil {
		return err
	}
	k.rows = &shared{file: f}
	if k.Info.Made.IsZero() { // a note of before it was written down
		stat, err := f.Stat()
		if err != nil {
			return errors.Join(err, f.Close())
		}
		k.Info.Made = stat.ModTime().UTC()
	}
	c.made = max(c.made, k.Made)
	c.all = append(c.all, k)
	return nil
}

// told gives what a user is told: the plan in words, with its datasets by name.
func (n note) told() wire.Persisted {
	info := n.Info
	steps := slices.Clone(info.Steps)
	for i, s := range steps {
		at := slices.IndexFunc(n.Uses, func(p wire.Parent) bool { return p.Dataset == s.Dataset && p.Name != "" })
		if at >= 0 {
			steps[i].Dataset = n.Uses[at].Name
		}
	}
	info.Words, info.Of = frame.Words(steps), n.Uses
	return info
}

func (k *kept) name() string { return k.Owner + "-" + k.Info.ID }

func (c *cache) path(k *kept, kind string) string { return filepath.Join(c.dir, k.name()+"."+kind) }

func (c *cache) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var err error
	for _, k := range c.all {
		err = errors.Join(err, k.rows.drop())
	}
	c.all = nil
	return err
}

// has reports whether the owner has anything.
func (c *cache) has(owner string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.all, func(k *kept) bool { return k.Owner == owner })
}

func (c *cache) find(owner, id string) int {
	return slices.IndexFunc(c.all, func(k *kept) bool { return k.Owner == owner && k.Info.ID == id })
}

// use takes what is kept under an id for reading. The caller calls done.
func (c *cache) use(owner, id string) (n note, rows *shared, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.find(owner, id)
	if i < 0 {
		return note{}, nil, false
	}
	k := c.all[i]
	c.all = append(slices.Delete(c.all, i, i+1), k)
	k.rows.users++
	return k.note, k.rows, true
}

// done gives back what use gave.
func (c *cache) done(rows *shared) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if rows.users--; rows.users == 0 && rows.gone {
		return rows.file.Close()
	}
	return nil
}

// add keeps an answer, whose file it owns if there is no error, in memory if it
// may be there and fits.
func (c *cache) add(k *kept) (wire.Persisted, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := c.find(k.Owner, k.Info.ID); i >= 0 { // somebody else was quicker
		if err := c.remove(i); err != nil {
			return k.Info, err
		}
	}
	c.made++
	k.Made, k.Info.Made = c.made, c.now().UTC()
	tooLarge := c.fits(k.Info.Bytes)
	var err error
	switch {
	case k.Info.Level == wire.Disk || k.Info.Level == wire.MemoryAndDisk && tooLarge != nil:
		err = c.spill(k)
	case tooLarge != nil:
		err = tooLarge
	default:
		k.Info.At = wire.Memory
		err = c.room(k.Info.Bytes)
	}
	if err == nil {
		c.all = append(c.all, k)
	}
	return k.told(), err
}

// room makes room in memory: what was not used for longest goes, to disk if it may.
func (c *cache) room(bytes int64) error {
	used := c.size(wire.Memory)
	for i := 0; i < len(c.all) && used+bytes > c.memory; {
		k := c.all[i]
		if k.Info.At != wire.Memory {
			i++
			continue
		}
		used -= k.Info.Bytes
		if k.Info.Level == wire.MemoryAndDisk {
			if err := c.spill(k); err != nil {
				return err
			}
			i++
			continue
		}
		if err := c.remove(i); err != nil {
			return err
		}
	}
	return nil
}

// size gives the bytes of all that is in a place.
func (c *cache) size(at string) (n int64) {
	for _, k := range c.all {
		if k.Info.At == at {
			n += k.Info.Bytes
		}
	}
	return n
}

// spill moves an answer from memory to disk.
func (c *cache) spill(k *kept) error {
	before := k.rows
	if err := c.store(k); err != nil {
		return err
	}
	return before.drop()
}

// store writes an answer to disk and reads it from there on. The note comes
// last: rows without one are what a crash left.
func (c *cache) store(k *kept) error {
	if used := c.size(wire.Disk); used+k.Info.Bytes > c.disk {
		return fault.Newf(fault.TooLarge, "Persisted frames have %d of the %d MB that they may have on disk. Let some of them go first.", used>>20, c.disk>>20)
	}
	path := c.path(k, "parquet")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, io.NewSectionReader(k.rows.file, 0, k.Info.Bytes))
	if err == nil {
		err = f.Sync()
	}
	was := k.Info.At
	if k.Info.At = wire.Disk; err == nil {
		err = c.write(k)
	}
	if err != nil {
		k.Info.At = was
		return errors.Join(err, f.Close(), os.Remove(path))
	}
	k.rows = &shared{file: f}
	return nil
}

// write writes the note of an answer on disk.
func (c *cache) write(k *kept) error {
	raw, err := json.Marshal(k.note)
	if err != nil {
		return err
	}
	return os.WriteFile(c.path(k, "json"), raw, 0o600)
}

// erase removes an answer from disk.
func (c *cache) erase(k *kept) error {
	return errors.Join(os.Remove(c.path(k, "json")), os.Remove(c.path(k, "parquet")))
}

// move gives what is kept under an id another level; false if there is nothing.
func (c *cache) move(owner, id, level string) (info wire.Persisted, ok bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.find(owner, id)
	if i < 0 {
		return info, false, nil
	}
	k := c.all[i]
	was := k.Info.Level
	k.Info.Level = level
	switch {
	case level == wire.Memory && k.Info.At == wire.Disk:
		err = c.lift(k)
	case level == wire.Disk && k.Info.At == wire.Memory:
		err = c.spill(k)
	case k.Info.At == wire.Disk:
		err = c.write(k)
	}
	if err != nil {
		k.Info.Level = was
	}
	return k.told(), true, err
}

// lift moves an answer from disk to memory.
func (c *cache) lift(k *kept) error {
	if err := c.fits(k.Info.Bytes); err != nil {
		return err
	}
	f, err := sandbox.Scratch()
	if err != nil {
		return err
	}
	if err = c.room(k.Info.Bytes); err == nil {
		_, err = io.Copy(f, io.NewSectionReader(k.rows.file, 0, k.Info.Bytes))
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	before := k.rows
	k.rows, k.Info.At = &shared{file: f}, wire.Memory
	return errors.Join(c.erase(k), before.drop())
}

// fits makes sure that an answer can be in memory at all.
func (c *cache) fits(bytes int64) error {
	if bytes > c.memory {
		return fault.Newf(fault.TooLarge, "These rows have %d MB, more than the %d MB that all persisted frames may have in memory. Persist them on disk.", bytes>>20, c.memory>>20)
	}
	return nil
}

// remove forgets entry i.
func (c *cache) remove(i int) error {
	k := c.all[i]
	c.all = slices.Delete(c.all, i, i+1)
	var err error
	if k.Info.At == wire.Disk {
		err = c.erase(k)
	}
	return errors.Join(err, k.rows.drop())
}

// list gives what an owner has, the newest first.
func (c *cache) list(owner string) (all []note) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.all {
		if k.Owner == owner {
			all = append(all, k.note)
		}
	}
	slices.SortFunc(all, func(a, b note) int { return int(b.Made - a.Made) })
	return all
}

// forget removes what is kept under an id; false if there is nothing.
func (c *cache) forget(owner, id string) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.find(owner, id)
	if i < 0 {
		return false, nil
	}
	return true, c.remove(i)
}
