"""设备/AI 预警: what cameras and sensors say waits here as a candidate until a person has looked at it."""
