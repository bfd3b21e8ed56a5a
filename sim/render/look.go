package render

// look is how one mode turns the world into light. A ground texel has a tone and a plant value, both about 0.
type look struct {
	colour                   bool
	base                     float32 // luma of flat bare ground
	toneGain, plantGain      float32 // luma per unit
	fine, coarse, broad      float32 // how much of each tile is seen: what differs by colour may be as warm as its surroundings
	relief                   float32 // luma per unit of facing the sun, or of facing the sky in thermal
	roadLuma                 float32
	cb, cr, cbPlant, crPlant float32 // chroma of bare ground, and its change per unit of plant
	skyLow, skyHigh          float32 // luma of the sky at the horizon and overhead
	skyCb, skyCr             float32
	fogM                     float64 // distance at which haze has taken 63 %
	fogLuma, fogCb, fogCr    float32
	crown, crownSpread       float32 // luma of a tree's crown, and how much its top differs
	leaves                   float32 // how rough it is, luma
	crownCb, crownCr         float32
	noiseSD                  float64 // of every pixel and picture, luma
	stripeSD                 float64 // of every column, fixed
	vignette                 float64 // luma lost in the corners
	blur                     float32 // standard deviation of the optics' blur, pixels
	shadow                   float32 // how much light an object's shadow takes, 0 to 1
	degreeGain               float32 // thermal: luma per kelvin above the ground
	dim                      float32 // colour: how bright an object's own colour appears
}

var looks = [...]look{
	Thermal: {
		base: 96, toneGain: 1.05, plantGain: -0.26, fine: 0.25, coarse: 1.4, broad: 2.5, relief: 80, roadLuma: 140,
		skyLow: 52, skyHigh: 22, fogM: 9000, fogLuma: 78,
		crown: 102, crownSpread: 12, leaves: 25, noiseSD: 0.7, stripeSD: 0.4, vignette: 14, blur: 0.8, degreeGain: 6.2,
	},
	Day: {
		colour: true, base: 128, toneGain: 0.95, plantGain: -0.3, fine: 1, coarse: 1, broad: 1, relief: 95, roadLuma: 158,
		cb: 112, cr: 136, cbPlant: -0.03, crPlant: -0.065,
		skyLow: 205, skyHigh: 160, skyCb: 146, skyCr: 114, fogM: 7000, fogLuma: 176, fogCb: 136, fogCr: 122,
		crown: 70, crownSpread: 34, leaves: 57, crownCb: 113, crownCr: 122,
		noiseSD: 1.2, vignette: 10, blur: 0.6, shadow: 0.42, dim: 1,
	},
	Dusk: {
		colour: true, base: 62, toneGain: 0.42, plantGain: -0.16, fine: 1, coarse: 1, broad: 1, relief: 14, roadLuma: 74,
		cb: 122, cr: 131, cbPlant: -0.01, crPlant: -0.03,
		skyLow: 120, skyHigh: 70, skyCb: 138, skyCr: 128, fogM: 5000, fogLuma: 84, fogCb: 132, fogCr: 128,
		crown: 32, crownSpread: 12, leaves: 25, crownCb: 123, crownCr: 126,
		noiseSD: 4, vignette: 8, blur: 0.7, dim: 0.45,
	},
}

// sun is the direction to the sun, which also casts the shadows: north-east and 40 degrees up, a southern morning.
var sun = vec3{0.5, 0.58, 0.643}
