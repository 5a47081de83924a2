// Package device is what stays on this device: the models that predict without
// a server. Each belongs to the account that was logged in when it was saved;
// no other one sees it. Its calls block: make them in ctx.Async.
package device

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
)

// Private begins the id of a model that was trained in this browser. It belongs to
// no account: everybody who uses the browser has it, logged in or not.
const Private = "private-"

// anybody owns the private models; no account has this id.
const anybody = "-"

// IsPrivate reports whether a model with this id was trained in a browser.
func IsPrivate(id string) bool { return strings.HasPrefix(id, Private) }

// ownerOf gives who owns a model, of whom is logged in and of anybody.
func ownerOf(user, id string) string {
	if IsPrivate(id) {
		return anybody
	}
	return user
}

// Store keeps texts by owner and key: what one owner has, no call for another
// one tells or touches. It is safe for use by many goroutines.
type Store interface {
	// All gives every text of owner, in no order.
	All(owner string) ([]string, error)
	// Get gives a text; ok is false if there is none.
	Get(owner, key string) (text string, ok bool, err error)
	// Put keeps a text in the place of one that was there. It is kept for good when Put returns.
	Put(owner, key, text string) error
	// Delete forgets a text; one that is not there is no error.
	Delete(owner, key string) error
	// Clear forgets all texts of owner, at once or none.
	Clear(owner string) error
}

// store is the browser's; outside of one it lasts as long as the program.
var store = sync.OnceValue(browser)

// Models gives the owner's models on this device and the private ones, newest first. Those that can't be read are left out, and err says so beside the others.
func Models() ([]*model.Model, error) { return models(store(), present.id()) }

func models(s Store, owner string) ([]*model.Model, error) {
	texts, err := s.All(anybody)
	if err == nil && owner != "" {
		var own []string
		own, err = s.All(owner)
		texts = append(texts, own...)
	}
	if err != nil {
		return nil, fault.Wrap("device.Models", err)
	}
	var all []*model.Model
	var bad []error
	for _, text := range texts {
		m, err := model.Decode([]byte(text))
		if err != nil {
			bad = append(bad, err)
			continue
		}
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b *model.Model) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.ID, b.ID))
	})
	if bad != nil {
		return all, &fault.Error{Code: fault.Invalid, Op: "device.Models", Err: errors.Join(bad...),
			Msg: "A model on this device can't be read. Save it again from the Models page."}
	}
	return all, nil
}

// Model gives one of the owner's models on this device; fault.NotFound if it is not there.
func Model(id string) (*model.Model, error) { return get(store(), ownerOf(present.id(), id), id) }

func get(s Store, owner, id string) (*model.Model, error) {
	var text string
	var ok bool
	if owner != "" {
		var err error
		if text, ok, err = s.Get(owner, id); err != nil {
			return nil, fault.Wrap("device.Model", err)
		}
	}
	if !ok {
		return nil, fault.Newf(fault.NotFound, "This model is not on this device. Open it once while the server can be reached.")
	}
	m, err := model.Decode([]byte(text))
	return m, fault.Wrap("device.Model", err)
}

// SaveModel keeps m for the owner on this device, in the place of one with the
// same id; fault.NoLogin if there is no owner.
func SaveModel(m *model.Model) error { return save(store(), ownerOf(present.id(), m.ID), m) }

func save(s Store, owner string, m *model.Model) error {
	if owner == "" {
		return fault.Newf(fault.NoLogin, "Log in to keep models on this device.")
	}
	if m.ID == "" {
		return fault.Newf(fault.Invalid, "A model without an id can't be kept on this device.")
	}
	b, err := model.Encode(m)
	if err != nil {
		return err
	}
	return fault.Wrap("device.SaveModel", s.Put(owner, m.ID, string(b)))
}

// DeleteModel takes one of the owner's models off this device; one that is not there is no error.
func DeleteModel(id string) error { return remove(store(), ownerOf(present.id(), id), id) }

func remove(s Store, owner, id string) error {
	if owner == "" {
		return nil
	}
	return fault.Wrap("device.DeleteModel", s.Delete(owner, id))
}
