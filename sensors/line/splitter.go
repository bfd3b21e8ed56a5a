package line

// Splitter cuts a stream of bytes into lines that begin with $. A line that grows past MaxLength, or that another $
// interrupts, is given up, and the next $ begins anew: noise costs the line it hits and no other.
type Splitter struct {
	// Cut counts the lines given up.
	Cut uint64
	// Noise counts the bytes outside lines, line ends left out.
	Noise uint64

	buffer [MaxLength]byte
	length int // 0: between lines
}

// Feed takes the next bytes of the stream and gives each line that they complete, without its line end. The line is
// valid until take returns.
func (s *Splitter) Feed(b []byte, take func(line []byte)) {
	for _, c := range b {
		switch {
		case c == '$':
			if s.length > 0 {
				s.Cut++
			}
			s.buffer[0], s.length = c, 1
		case s.length == 0:
			if c != '\r' && c != '\n' {
				s.Noise++
			}
		case c == '\r' || c == '\n':
			n := s.length
			s.length = 0
			take(s.buffer[:n])
		case s.length == len(s.buffer):
			s.Cut++
			s.length = 0
		default:
			s.buffer[s.length] = c
			s.length++
		}
	}
}
