// Package luma holds what the decoder libraries give back.
package luma

// Picture is one decoded picture. Its planes belong to the decoder and are valid until its next call.
type Picture struct {
	// ID is the id given with the access unit that this picture shows.
	ID uint64
	// Luma holds the rows, Stride bytes apart.
	Luma []byte
	// Stride, Width and Height are in pixels.
	Stride, Width, Height int
	// Cb and Cr are the planes of colour (4:2:0), ChromaStride bytes from row to row; nil where the library's are not used.
	Cb, Cr       []byte
	ChromaStride int
}
