// Package xz reads files of the .xz format (The .xz File Format 1.2.1), in which PX4 keeps what it tells of its parameters. Only
// the filter LZMA2 is known, which is what the tool xz uses by default. Every checksum in the file is checked. It is pure.
package xz

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"hash/crc64"
)

// Errors that callers may decide on.
var (
	// ErrFormat means that the bytes are no .xz file, or a broken one.
	ErrFormat = errors.New("no whole .xz file")
	// ErrUnsupported means a file that uses what is not known here: another filter than LZMA2, or several streams.
	ErrUnsupported = errors.New("this kind of .xz file is not known")
	// ErrTooLarge means that more would come out than was allowed.
	ErrTooLarge = errors.New("too large when unpacked")
)

const (
	lzma2Filter  = 0x21
	headerSize   = 12
	maxDictBits  = 40
	checkNone    = 0
	checkCRC32   = 1
	checkCRC64   = 4
	checkSHA256  = 10
	compressedIn = 0x40
	unpackedIn   = 0x80
)

var magic = []byte{0xFD, '7', 'z', 'X', 'Z', 0}

func broken(what string) error { return fmt.Errorf("%w: %s", ErrFormat, what) }

// Is tells whether bytes begin as an .xz file does.
func Is(b []byte) bool { return bytes.HasPrefix(b, magic) }

// file is what is left to read, and what came out.
type file struct {
	in    []byte
	all   int
	out   []byte
	limit int
	check byte
	// blocks are the sizes that the index must repeat.
	blocks [][2]uint64
}

// Unpack gives the content of a file, of at most limit bytes.
func Unpack(b []byte, limit int) ([]byte, error) {
	f := &file{in: b, all: len(b), limit: limit}
	flags, err := f.header()
	if err != nil {
		return nil, err
	}
	for {
		if len(f.in) == 0 {
			return nil, broken("it ends early")
		}
		if f.in[0] == 0 {
			break
		}
		if err := f.block(); err != nil {
			return nil, err
		}
	}
	if err := f.end(flags); err != nil {
		return nil, err
	}
	return f.out, nil
}

func (f *file) take(n int) ([]byte, error) {
	if n < 0 || n > len(f.in) {
		return nil, broken("it ends early")
	}
	b := f.in[:n]
	f.in = f.in[n:]
	return b, nil
}

func (f *file) header() ([]byte, error) {
	h, err := f.take(headerSize)
	if err != nil || !Is(h) {
		return nil, broken("it does not begin as one")
	}
	flags := h[6:8]
	if crc32.ChecksumIEEE(flags) != binary.LittleEndian.Uint32(h[8:]) {
		return nil, broken("the checksum of the header differs")
	}
	f.check = flags[1]
	if _, ok := checkSize(f.check); !ok || flags[0] != 0 {
		return nil, fmt.Errorf("%w: check %d", ErrUnsupported, f.check)
	}
	return flags, nil
}

func checkSize(kind byte) (int, bool) {
	switch kind {
	case checkNone:
		return 0, true
	case checkCRC32:
		return 4, true
	case checkCRC64:
		return 8, true
	case checkSHA256:
		return sha256.Size, true
	default:
		return 0, false
	}
}

// vli reads a number of variable length, 7 bits a byte.
func vli(b []byte) (v uint64, rest []byte, err error) {
	for i := 0; i < len(b) && i < 9; i++ {
		v |= uint64(b[i]&0x7F) << (7 * i)
		if b[i]&0x80 == 0 {
			if b[i] == 0 && i > 0 {
				break
			}
			return v, b[i+1:], nil
		}
	}
	return 0, nil, broken("a number cannot be read")
}

// block reads one block: its header, its data, padding and check.
func (f *file) block() error {
	before := len(f.in)
	h, err := f.take((int(f.in[0]) + 1) * 4)
	if err != nil {
		return err
	}
	body := h[:len(h)-4]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(h[len(h)-4:]) {
		return broken("the checksum of a block's header differs")
	}
	packed, unpacked, dict, err := blockHeader(body[1:])
	if err != nil {
		return err
	}
	started := len(f.out)
	used, err := f.lzma2(dict)
	if err != nil {
		return err
	}
	content := f.out[started:]
	if packed != nil && *packed != uint64(used) || unpacked != nil && *unpacked != uint64(len(content)) {
		return broken("a block has another size than it says")
	}
	if err := f.zeros((4 - used%4) % 4); err != nil {
		return err
	}
	size, _ := checkSize(f.check)
	f.blocks = append(f.blocks, [2]uint64{uint64(before-len(f.in)-(4-used%4)%4) + uint64(size), uint64(len(content))})
	sum, err := f.take(size)
	if err != nil {
		return err
	}
	if !bytes.Equal(sum, checksum(f.check, content)) {
		return broken("the checksum of the content differs")
	}
	return nil
}

func checksum(kind byte, content []byte) []byte {
	switch kind {
	case checkCRC32:
		return binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(content))
	case checkCRC64:
		return binary.LittleEndian.AppendUint64(nil, crc64.Checksum(content, crc64.MakeTable(crc64.ECMA)))
	case checkSHA256:
		sum := sha256.Sum256(content)
		return sum[:]
	default:
		return nil
	}
}

// blockHeader reads what stands between the size and the checksum of a block's header. Sizes are nil where they are not told.
func blockHeader(b []byte) (packed, unpacked *uint64, dict uint64, err error) {
	flags := b[0]
	b = b[1:]
	if flags&0x3F != 0 {
		return nil, nil, 0, fmt.Errorf("%w: several filters", ErrUnsupported)
	}
	for _, size := range []struct {
		flag byte
		to   **uint64
	}{{compressedIn, &packed}, {unpackedIn, &unpacked}} {
		if flags&size.flag == 0 {
			continue
		}
		var v uint64
		if v, b, err = vli(b); err != nil {
			return nil, nil, 0, err
		}
		*size.to = &v
	}
	filter, b, err := vli(b)
	if err != nil {
		return nil, nil, 0, err
	}
	if filter != lzma2Filter {
		return nil, nil, 0, fmt.Errorf("%w: filter %#x", ErrUnsupported, filter)
	}
	if len(b) < 2 || b[0] != 1 || b[1] > maxDictBits {
		return nil, nil, 0, broken("the filter's properties cannot be")
	}
	bits := uint64(b[1])
	if dict = (2 | bits&1) << (bits/2 + 11); bits == maxDictBits {
		dict = 1<<32 - 1
	}
	for _, pad := range b[2:] {
		if pad != 0 {
			return nil, nil, 0, broken("padding is not zero")
		}
	}
	return packed, unpacked, dict, nil
}

func (f *file) zeros(n int) error {
	b, err := f.take(n)
	for _, pad := range b {
		if pad != 0 {
			return broken("padding is not zero")
		}
	}
	return err
}

// end reads the index, which repeats the sizes of all blocks, and the footer.
func (f *file) end(flags []byte) error {
	index := f.in
	count, rest, err := vli(f.in[1:])
	if err != nil {
		return err
	}
	if count != uint64(len(f.blocks)) {
		return broken("the index has another number of blocks")
	}
	for _, want := range f.blocks {
		for _, size := range want {
			var got uint64
			if got, rest, err = vli(rest); err != nil {
				return err
			}
			if got != size {
				return broken("the index has other sizes")
			}
		}
	}
	f.in = rest
	if err := f.zeros((4 - (len(index)-len(rest))%4) % 4); err != nil {
		return err
	}
	index = index[:len(index)-len(f.in)]
	sum, err := f.take(4)
	if err != nil {
		return err
	}
	if crc32.ChecksumIEEE(index) != binary.LittleEndian.Uint32(sum) {
		return broken("the checksum of the index differs")
	}
	return f.footer(flags, len(index)+4)
}

func (f *file) footer(flags []byte, indexSize int) error {
	b, err := f.take(headerSize)
	switch {
	case err != nil:
		return err
	case crc32.ChecksumIEEE(b[4:10]) != binary.LittleEndian.Uint32(b), !bytes.Equal(b[8:10], flags), string(b[10:]) != "YZ",
		(int64(binary.LittleEndian.Uint32(b[4:]))+1)*4 != int64(indexSize):
		return broken("its end differs from its beginning")
	}
	for _, pad := range f.in {
		if pad != 0 {
			return fmt.Errorf("%w: something follows its end", ErrUnsupported)
		}
	}
	return nil
}
