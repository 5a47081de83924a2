package device

import (
	"maps"
	"sync"
)

// memory is a Store that ends with the program. Its zero value is empty.
type memory struct {
	mu    sync.Mutex
	texts map[[2]string]string // by owner and key
}

func (m *memory) All(owner string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []string
	for k, text := range m.texts {
		if k[0] == owner {
			all = append(all, text)
		}
	}
	return all, nil
}

func (m *memory) Get(owner, key string) (string, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	text, ok := m.texts[[2]string{owner, key}]
	return text, ok, nil
}

func (m *memory) Put(owner, key, text string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.texts == nil {
		m.texts = map[[2]string]string{}
	}
	m.texts[[2]string{owner, key}] = text
	return nil
}

func (m *memory) Delete(owner, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.texts, [2]string{owner, key})
	return nil
}

func (m *memory) Clear(owner string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.texts, func(k [2]string, _ string) bool { return k[0] == owner })
	return nil
}
