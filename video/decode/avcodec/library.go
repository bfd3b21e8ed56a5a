// Package avcodec decodes H.265 and H.264 with FFmpeg's libavcodec, which it loads at run time without cgo. It parses hostile
// bytes in C: use it only in a process that may die (package decode).
package avcodec

import (
	"errors"
	"fmt"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
)

// ErrNotFound means that the library is not installed; its text says how to install it.
var ErrNotFound = errors.New("libavcodec not found: apt-get install ffmpeg")

// sonames are the versions whose packets and frames lie in memory as this package reads them, by their headers. 59 is the one
// that has been tried.
var sonames = []string{"libavcodec.so.61", "libavcodec.so.60", "libavcodec.so.59"}

// library are the functions that are used; libavutil's come with it.
type library struct {
	version string

	findDecoder  func(name string) unsafe.Pointer
	allocContext func(codec unsafe.Pointer) unsafe.Pointer
	open         func(context, codec unsafe.Pointer, options *unsafe.Pointer) int32
	freeContext  func(context *unsafe.Pointer)
	setOption    func(options *unsafe.Pointer, key, value string, flags int32) int32
	freeOptions  func(options *unsafe.Pointer)
	allocPacket  func() unsafe.Pointer
	newPacket    func(packet unsafe.Pointer, size int32) int32
	unrefPacket  func(packet unsafe.Pointer)
	freePacket   func(packet *unsafe.Pointer)
	send         func(context, packet unsafe.Pointer) int32
	receive      func(context, frame unsafe.Pointer) int32
	allocFrame   func() unsafe.Pointer
	unrefFrame   func(frame unsafe.Pointer)
	freeFrame    func(frame *unsafe.Pointer)
}

// load loads the library once for the process.
var load = sync.OnceValues(func() (*library, error) {
	for _, name := range sonames {
		handle, err := purego.Dlopen(name, purego.RTLD_NOW|purego.RTLD_LOCAL)
		if err != nil {
			continue
		}
		return bind(handle)
	}
	return nil, ErrNotFound
})

func bind(handle uintptr) (*library, error) {
	lib := new(library)
	var version func() uint32
	var setLogLevel func(level int32)
	for name, function := range map[string]any{
		"avcodec_version": &version, "av_log_set_level": &setLogLevel,
		"avcodec_find_decoder_by_name": &lib.findDecoder, "avcodec_alloc_context3": &lib.allocContext, "avcodec_open2": &lib.open,
		"avcodec_free_context": &lib.freeContext, "av_dict_set": &lib.setOption, "av_dict_free": &lib.freeOptions,
		"av_packet_alloc": &lib.allocPacket, "av_new_packet": &lib.newPacket, "av_packet_unref": &lib.unrefPacket, "av_packet_free": &lib.freePacket,
		"avcodec_send_packet": &lib.send, "avcodec_receive_frame": &lib.receive,
		"av_frame_alloc": &lib.allocFrame, "av_frame_unref": &lib.unrefFrame, "av_frame_free": &lib.freeFrame,
	} {
		symbol, err := purego.Dlsym(handle, name)
		if err != nil {
			return nil, fmt.Errorf("libavcodec lacks %s: %w", name, err)
		}
		purego.RegisterFunc(function, symbol)
	}
	setLogLevel(logQuiet)
	v := version()
	lib.version = fmt.Sprintf("%d.%d.%d", v>>16, v>>8&0xff, v&0xff)
	return lib, nil
}

const logQuiet = -8 // AV_LOG_QUIET
