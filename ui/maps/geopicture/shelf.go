package geopicture

import (
	"container/list"
	"sync"
)

const mostShelved = 64 << 20

// blockID is a block of a layer of a picture.
type blockID struct {
	p            *Picture
	layer, block int
}

type shelved struct {
	id blockID
	b  pixels
}

// shelf keeps the blocks that were used last, of all pictures together, up to a number of bytes.
type shelf struct {
	mu    sync.Mutex
	by    map[blockID]*list.Element
	order list.List // the latest first
	bytes int
}

func (s *shelf) get(id blockID) (pixels, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.by[id]
	if !ok {
		return nil, false
	}
	s.order.MoveToFront(e)
	return e.Value.(*shelved).b, true
}

func (s *shelf) put(id blockID, b pixels) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.by[id]; ok {
		return
	}
	s.by[id] = s.order.PushFront(&shelved{id, b})
	s.bytes += len(b)
	for s.bytes > mostShelved {
		s.remove(s.order.Back())
	}
}

// forget lets go of the blocks of a picture.
func (s *shelf) forget(p *Picture) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, e := range s.by {
		if id.p == p {
			s.remove(e)
		}
	}
}

func (s *shelf) remove(e *list.Element) {
	old := s.order.Remove(e).(*shelved)
	delete(s.by, old.id)
	s.bytes -= len(old.b)
}
