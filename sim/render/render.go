package render

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"vedette/sim/world"
)

// Scene is the part of a world that a camera sees besides the objects. It must be safe for concurrent use.
type Scene interface {
	GroundU(e, n float64) float64    // height of the ground, metres in the world's frame
	Vegetation(e, n float64) float64 // 0 bare to 1 scrub
	OnRoad(e, n float64) bool
	Trees() []world.Tree
	AmbientC() float64 // temperature of air and ground
}

var _ Scene = (*world.World)(nil)

// Mode is what a camera is sensitive to.
type Mode int

// The modes.
const (
	Thermal Mode = iota // long-wave infrared, white hot, grey
	Day                 // daylight colour
	Dusk                // colour at dusk, dim and noisy
)

// Config describes one camera. All fields but Seed are required.
type Config struct {
	Scene         Scene
	Mode          Mode
	Width, Height int     // pixels, multiples of 4
	HFOVDeg       float64 // full horizontal field of view
	Seed          uint64  // of the sensor's noise
}

// Renderer draws the pictures of one camera. It is not safe for concurrent use, and allocates next to nothing per picture.
type Renderer struct {
	cfg      Config
	focal    float64 // pixels, of the picture being drawn
	look     look
	textures *textures
	noise    *sensorNoise
	view     view
	clock    float64 // seconds, of the picture being drawn
	dst      *image.YCbCr

	corners      []corner // of the cells, row by row
	cols, rows   int
	half         halfPicture
	someRoad     roadMap   // of the cell being drawn
	allRoad      roadMap   // ones
	crownDepth   []float32 // half size: depth of the tree drawn there, 0 for none
	crownsDrawn  bool
	trees        []rooted
	visibleTrees []seenTree
	order        []seenObject
}

// sharedTextures are the same for all cameras, so that they see the same ground. They are never changed.
var sharedTextures = sync.OnceValue(func() *textures { return newTextures(77) })

// New prepares a camera.
func New(cfg Config) (*Renderer, error) {
	if cfg.Scene == nil || cfg.Width < 64 || cfg.Height < 64 || cfg.Width%4 != 0 || cfg.Height%4 != 0 ||
		cfg.HFOVDeg <= 0 || cfg.HFOVDeg >= 150 || cfg.Mode < Thermal || cfg.Mode > Dusk {
		return nil, fmt.Errorf("camera of %dx%d pixels and %g degrees in mode %d cannot be drawn",
			cfg.Width, cfg.Height, cfg.HFOVDeg, cfg.Mode)
	}
	r := &Renderer{
		cfg:      cfg,
		focal:    cfg.focal(world.CameraPose{}),
		look:     looks[cfg.Mode],
		textures: sharedTextures(),
		trees:    root(cfg.Scene),
		cols:     (cfg.Width+cellPx-1)/cellPx + 1,
		rows:     (cfg.Height+cellPx-1)/cellPx + 1,
	}
	rng := rand.New(rand.NewPCG(cfg.Seed, 0x5e45))
	r.noise = newSensorNoise(rng, cfg.Width, cfg.Height, &r.look)
	r.corners = make([]corner, r.cols*r.rows)
	r.half = newHalfPicture(cfg.Width/2, cfg.Height/2)
	r.crownDepth = make([]float32, cfg.Width/2*cfg.Height/2)
	for i := range r.allRoad {
		r.allRoad[i] = 1
	}
	return r, nil
}

// Render draws the view from pose with the given objects at an instant, into a picture of the camera's size in 4:2:0.
func (r *Renderer) Render(dst *image.YCbCr, pose world.CameraPose, objects []world.Object, t time.Time) {
	if dst.Rect.Dx() != r.cfg.Width || dst.Rect.Dy() != r.cfg.Height || dst.SubsampleRatio != image.YCbCrSubsampleRatio420 {
		return // a picture that does not fit stays as it is
	}
	r.focal = r.cfg.focal(pose)
	r.view = newView(pose, r.cfg.Width, r.cfg.Height, r.focal)
	r.clock = float64(t.UnixMilli()%(1<<31)) / 1000
	r.dst = dst
	r.drawGround()
	r.drawTrees()
	r.finish(uint64(t.UnixNano()))
	r.drawObjects(objects)
	r.dst = nil
}

// focal is the focal length in pixels, with the zoom of the pose.
func (c Config) focal(pose world.CameraPose) float64 {
	zoom := pose.EOZoom
	if c.Mode == Thermal {
		zoom = pose.ThermalZoom
	}
	return float64(c.Width) / 2 / math.Tan(c.HFOVDeg/2*degToRad) * max(zoom, 1)
}
