// Package scenario reads the files that say what happens in the simulator: who walks where and when, which animals
// wander, how the wind blows, where sensors stand and drones patrol.
//
// A scenario is one YAML file; an unknown key is an error. All places are [east, north] in metres from the site's
// centre, times are seconds after the start (negative: already under way), speeds m/s. The fields of Scenario and of
// the types below it document every key with its default. In short:
//
//	name: crossing
//	about: one sentence
//	ambientC: 9
//	wind: {speedMS: 4, fromDeg: 250, gustMS: 1.2}
//	site:
//	  centre: {lat: -35.36, lon: 149.163}
//	  border: [[-2600, -40], [0, 35], [2600, 60]]        # from west to east
//	  post: [182, -333]                                  # the command post
//	  sector: [[-1000, -500], [1000, -500], [1000, 450], [-1000, 450]]
//	  roads: [[[-3000, 250], [3000, 380]]]
//	objects:
//	  - id: walker
//	    class: person                                     # person, vehicle, animal
//	    path: [[-120, -410], [0, 35], [110, 640]]
//	    startS: 10
//	    speedMS: 1.4
//	    pauses: [{at: 1, forS: 20}]
//	    count: 2                                          # a group
//	    repeat: {everyS: 840, jitterS: 120, shiftsM: [-560, 100]}
//	animals:
//	  - {id: deer, count: 3, around: [420, 190], radiusM: 170}
//	sensors:
//	  - {id: s-01, kind: seismic, at: [-750, -50], gateway: north}
//	  - {id: s-02, kind: pir, at: [-670, -48], azimuthDeg: 175, gateway: north}
//	  - {id: s-03, kind: seismic, at: [-580, -46], gateway: shake, address: 127.0.0.11}
//	  - {id: s-04, kind: beam, at: [-500, -43], to: [-440, -42], gateway: north}
//	drones:
//	  - {id: 1, home: [170, -335], patrol: [[-250, -130], [-40, -70]], altitudeAGL: 70, airborne: true}
//
// Everything random (repetitions, animals, gusts, terrain) follows from the seed given to the world, so that the same
// scenario with the same seed is the same story. The built-in scenarios are "crossing", the default, "busy" and "quiet".
package scenario
