package device

import "github.com/centroid-studio/centroid/shared/fault"

// Size gives how many models the owner has on this device, those too that can't
// be read, and how long their files are together.
func Size() (models int, bytes int64, err error) { return size(store(), present.id()) }

func size(s Store, owner string) (models int, bytes int64, err error) {
	if owner == "" {
		return 0, 0, nil
	}
	texts, err := s.All(owner)
	for _, t := range texts {
		bytes += int64(len(t))
	}
	return len(texts), bytes, fault.Wrap("device.Size", err)
}

// DeleteModels takes all of the owner's models off this device, those too that
// can't be read. It leaves those of other owners.
func DeleteModels() error { return clearAll(store(), present.id()) }

func clearAll(s Store, owner string) error {
	if owner == "" {
		return nil
	}
	return fault.Wrap("device.DeleteModels", s.Clear(owner))
}
