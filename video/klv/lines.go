package klv

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// maxLine is the longest line that RunLines takes, in bytes.
const maxLine = 4 * MaxPacket

type lineItem struct {
	Tag   uint32     `json:"tag"`
	Name  string     `json:"name"`
	Value any        `json:"value,omitempty"` // number, integer or text; hexadecimal digits where it is not interpreted
	Items []lineItem `json:"items,omitempty"`
	// Problem says why there is no value.
	Problem string `json:"problem,omitempty"`
}

type lineAnswer struct {
	Items         []lineItem `json:"items"`
	ChecksumValid bool       `json:"checksumValid"`
}

type lineError struct {
	Error string `json:"error"`
}

// RunLines answers each line of r, one packet in hexadecimal digits, with one line of JSON that lists its items. A line that
// cannot be read is answered with its error.
func RunLines(r io.Reader, w io.Writer) error {
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 0, 64<<10), maxLine)
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for n := 1; in.Scan(); n++ {
		line := strings.TrimSpace(in.Text())
		if line == "" {
			continue
		}
		if err := enc.Encode(answerLine(line)); err != nil {
			return fmt.Errorf("write answer %d: %w", n, err)
		}
		if err := out.Flush(); err != nil {
			return fmt.Errorf("write answer %d: %w", n, err)
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("read packets: %w", err)
	}
	return nil
}

func answerLine(line string) any {
	packet, err := hex.DecodeString(line)
	if err != nil {
		return lineError{fmt.Sprintf("the line is not hexadecimal: %v", err)}
	}
	items, valid, rest, err := Inspect(packet)
	switch {
	case err != nil:
		return lineError{err.Error()}
	case len(rest) > 0:
		return lineError{fmt.Sprintf("%d bytes follow the packet", len(rest))}
	}
	return lineAnswer{lineItems(items), valid}
}

func lineItems(s Set) []lineItem {
	out := make([]lineItem, len(s))
	for i, it := range s {
		out[i] = lineItem{Tag: it.Tag, Name: it.Name}
		switch it.Kind {
		case Bytes:
			out[i].Value = hex.EncodeToString(it.Raw)
		case Number:
			out[i].Value = it.Number
		case Integer:
			out[i].Value = it.Integer
		case Text:
			out[i].Value = it.Text
		case Nested:
			out[i].Items = lineItems(it.Items)
		case Absent:
			out[i].Problem = "the sender marks it as unknown or in error"
		case Bad:
			out[i].Problem = "the value does not fit its tag: " + hex.EncodeToString(it.Raw)
		}
	}
	return out
}
