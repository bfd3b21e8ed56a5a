package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

func (c *Copter) cameraSettings() *mav.MessageCameraSettings {
	cam := &c.flight.camera
	return &mav.MessageCameraSettings{
		TimeBootMs: c.flight.bootMs(), ModeId: cam.mode,
		Zoomlevel: float32(cam.lens().percent), Focuslevel: float32(cam.lens().focusPercent),
	}
}

func (c *Copter) storage() *mav.MessageStorageInformation {
	used := float32(c.flight.camera.usedMiB)
	return &mav.MessageStorageInformation{
		TimeBootMs: c.flight.bootMs(), StorageId: 1, StorageCount: 1, Status: mav.STORAGE_STATUS_READY,
		TotalCapacity: storageMiB, UsedCapacity: used, AvailableCapacity: storageMiB - used, ReadSpeed: 80, WriteSpeed: 40,
		Type: mav.STORAGE_TYPE_MICROSD, Name: c.flight.camera.settings.card,
		StorageUsage: mav.STORAGE_USAGE_FLAG_SET | mav.STORAGE_USAGE_FLAG_PHOTO | mav.STORAGE_USAGE_FLAG_VIDEO,
	}
}

func (c *Copter) captureStatus() *mav.MessageCameraCaptureStatus {
	const intervalIdle, oneShot = 2, 0
	cam, f := &c.flight.camera, c.flight
	m := &mav.MessageCameraCaptureStatus{
		TimeBootMs: f.bootMs(), ImageStatus: oneShot, AvailableCapacity: float32(storageMiB - cam.usedMiB), ImageCount: cam.count,
	}
	if cam.everyS > 0 {
		m.ImageStatus, m.ImageInterval = intervalIdle, float32(cam.everyS)
	}
	if cam.recordingFrom >= 0 {
		m.VideoStatus = 1
		m.RecordingTimeMs = uint32(max(0, f.age()-cam.recordingFrom) * 1000)
	}
	return m
}

// fieldOfView tells where the camera is and what stands in the middle of its picture, as the autopilot believes.
func (c *Copter) fieldOfView() *mav.MessageCameraFovStatus {
	f := c.flight
	place, amsl := f.position(f.est.pos)
	s := f.sight(f.camera.source)
	m := &mav.MessageCameraFovStatus{
		TimeBootMs: f.bootMs(), LatCamera: e7(place.Lat), LonCamera: e7(place.Lon), AltCamera: int32(math.Round(float64(amsl) * 1000)),
		LatImage: math.MaxInt32, LonImage: math.MaxInt32, AltImage: math.MaxInt32,
		Q:    quaternion(0, f.gimbal.truePitch, f.gimbal.trueYaw),
		Hfov: float32(f.camera.lens().hfovDeg()), Vfov: float32(2 * math.Atan(s.tanV) / toRad),
	}
	if ground, ok := f.groundAlong(s.eye, s.ahead); ok {
		at, amsl := f.position(ground.add(f.est.pos).sub(f.body.pos))
		m.LatImage, m.LonImage, m.AltImage = e7(at.Lat), e7(at.Lon), int32(math.Round(float64(amsl)*1000))
	}
	return m
}

func (c *Copter) trackingInPicture() *mav.MessageCameraTrackingImageStatus {
	t := &c.flight.camera.tracker
	m := &mav.MessageCameraTrackingImageStatus{
		TrackingStatus: t.status(), TrackingMode: t.mode, TargetData: mav.CAMERA_TRACKING_TARGET_DATA_IN_STATUS,
		PointX: nan32, PointY: nan32, Radius: nan32, RecTopX: nan32, RecTopY: nan32, RecBottomX: nan32, RecBottomY: nan32,
	}
	left, top, right, bottom := float32(t.box[0]), float32(t.box[1]), float32(t.box[2]), float32(t.box[3])
	switch t.mode {
	case mav.CAMERA_TRACKING_MODE_POINT:
		m.PointX, m.PointY, m.Radius = (left+right)/2, (top+bottom)/2, float32(t.radius)
	case mav.CAMERA_TRACKING_MODE_RECTANGLE:
		m.RecTopX, m.RecTopY, m.RecBottomX, m.RecBottomY = left, top, right, bottom
	}
	return m
}

// trackingOnGround is where the payload takes its target to be: by its own position and attitude, with their errors.
func (c *Copter) trackingOnGround() *mav.MessageCameraTrackingGeoStatus {
	f := c.flight
	t := &f.camera.tracker
	m := &mav.MessageCameraTrackingGeoStatus{
		TrackingStatus: t.status(), Alt: nan32, HAcc: nan32, VAcc: nan32, VelN: nan32, VelE: nan32, VelD: nan32, VelAcc: nan32,
		Dist: nan32, Hdg: nan32, HdgAcc: nan32,
	}
	if t.mode == mav.CAMERA_TRACKING_MODE_NONE {
		return m
	}
	believed := t.wished(f)
	at, amsl := f.position(believed)
	distance := t.at.sub(f.body.pos).length()
	m.Lat, m.Lon, m.Alt = e7(at.Lat), e7(at.Lon), float32(amsl)
	m.Dist = float32(distance)
	m.HAcc, m.VAcc = float32(1.5+0.01*distance), float32(1.5+0.01*distance)
	m.VelN, m.VelE, m.VelD, m.VelAcc = float32(t.vel[1]), float32(t.vel[0]), 0, 0.5
	if t.vel.horizontal() > 0.2 {
		m.Hdg, m.HdgAcc = float32(t.vel.courseDeg()*toRad), 0.2
	}
	return m
}

// thermalRange tells the hottest and the coldest spot of the thermal picture: the objects in it, and the ground.
func (c *Copter) thermalRange() *mav.MessageCameraThermalRange {
	f := c.flight
	s := f.sight(thermalSource)
	ambient := float32(c.cfg.World.Scenario().AmbientC)
	m := &mav.MessageCameraThermalRange{
		TimeBootMs: f.bootMs(), StreamId: thermalSource + 1, Max: ambient, MaxPointX: 0.5, MaxPointY: 0.5,
		Min: ambient - 2, MinPointX: 0.5, MinPointY: 0.05,
	}
	for _, o := range f.objects() {
		x, y, _, ok := s.project(vec{o.E, o.N, o.U + o.HeightM/2})
		if ok && inPicture(x, y) && float32(o.TempC) > m.Max {
			m.Max, m.MaxPointX, m.MaxPointY = float32(o.TempC), float32(x), float32(y)
		}
	}
	return m
}

// message makes the record of a photo.
func (p photo) message() *mav.MessageCameraImageCaptured {
	return &mav.MessageCameraImageCaptured{
		TimeBootMs: p.bootMs, TimeUtc: p.utcMicros, Lat: e7(p.place.Lat), Lon: e7(p.place.Lon),
		Alt: int32(math.Round(float64(p.amsl) * 1000)), RelativeAlt: int32(math.Round(p.aboveHome * 1000)),
		Q: quaternion(0, p.pitch, p.yaw), ImageIndex: p.index - 1, CaptureResult: 1,
	}
}

// tellPhotos tells every station of photos that were taken and of changes of the capture status.
func (c *Copter) tellPhotos() {
	cam := &c.flight.camera
	for _, p := range c.link.peers {
		for _, shot := range cam.taken {
			p.tell(cameraComponent, shot.message())
		}
		if cam.status {
			p.tell(cameraComponent, c.captureStatus())
		}
	}
	cam.taken, cam.status = cam.taken[:0], false
}
